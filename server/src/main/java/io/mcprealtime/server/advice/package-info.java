/**
 * What should be changed about the servers under watch and how they are probed, by what probes
 * found.
 */
@NullMarked
package io.mcprealtime.server.advice;

import org.jspecify.annotations.NullMarked;
