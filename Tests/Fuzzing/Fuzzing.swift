// What every fuzzer written in Swift has: how it says that a promise is broken, and whether its planted bug is on.

internal import Glibc

/// Ends the process with a message, also in an optimized build, where a precondition has none.
func demand(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}

#if CANARY
    /// Builds with `-D CANARY` have a bug planted, which is on only where the environment says SOS_CANARY: one build
    /// serves both, and a fuzzer that cannot find its bug in a minute is no fuzzer.
    let isCanaryArmed = getenv("SOS_CANARY") != nil
#endif
