/** Lossless column codecs: chunks of one server's time series as bytes and back. */
@NullMarked
package io.mcprealtime.pack;

import org.jspecify.annotations.NullMarked;
