/** What a server offers: its tools, prompts and resources, and how that changes. No I/O. */
@NullMarked
package io.mcprealtime.catalog;

import org.jspecify.annotations.NullMarked;
