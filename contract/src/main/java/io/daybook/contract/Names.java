package io.daybook.contract;

import java.util.Arrays;
import java.util.Optional;

/** The constants of an enumeration by what they are called outside of the program, which is their {@code toString}. */
public final class Names {

    private Names() {}

    public static <E extends Enum<E>> Optional<E> find(E[] constants, String name) {
        return Arrays.stream(constants)
                .filter(constant -> constant.toString().equals(name))
                .findFirst();
    }
}
