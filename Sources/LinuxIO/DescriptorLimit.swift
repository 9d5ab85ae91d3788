// How many files and sockets the process may have open.

internal import Glibc

/// The process's limit of open descriptors.
public enum DescriptorLimit {
    /// Raises the limit to at least `wanted`, as far as the kernel allows: to the hard limit, and beyond it for root.
    ///
    /// - Returns: the limit now.
    public static func raise(to wanted: Int) -> Int {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return 0 }
        let soft = rlim_t(clamping: wanted)
        if limit.rlim_cur < soft {
            var raised = rlimit(rlim_cur: soft, rlim_max: max(soft, limit.rlim_max))
            if setrlimit(kind, &raised) != 0 {
                raised = rlimit(rlim_cur: min(soft, limit.rlim_max), rlim_max: limit.rlim_max)
                _ = setrlimit(kind, &raised)
            }
            guard getrlimit(kind, &limit) == 0 else { return 0 }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Raises the soft limit to the hard one, which is what an administrator allows; shells start with a soft one of 1,024.
    ///
    /// - Returns: the limit then in force: every descriptor's number is below it.
    public static func raiseToHard() -> Int {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return Int.max }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return Int(clamping: setrlimit(kind, &limit) == 0 ? limit.rlim_cur : before)
    }
}
