package io.mcprealtime.advice;

import org.jspecify.annotations.Nullable;

/**
 * How what a recommendation is about stands now.
 *
 * @param setting the value of what was to be changed; absent where nobody can see it
 * @param figure the quantity that was to change; absent while it is not measured
 */
public record Reading(@Nullable String setting, @Nullable Figure figure) {}
