/** Keeps records durably while the storage cannot take them, and hands them over later. */
@NullMarked
package io.mcprealtime.spool;

import org.jspecify.annotations.NullMarked;
