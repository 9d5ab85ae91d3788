// The limit on descriptors, read and raised.

import Glibc
import LinuxIO
import Testing

@Suite("Descriptor limit")
struct DescriptorLimitTests {
    @Test("the soft limit becomes the hard one, and says so each time")
    func raised() {
        let limit = DescriptorLimit.raiseToHard()
        #expect(DescriptorLimit.raiseToHard() == limit)
        // A number below it can be had, the limit itself not.
        #expect(fcntl(0, F_DUPFD, Int32(clamping: limit)) == -1)
        let highest = fcntl(0, F_DUPFD, Int32(clamping: limit - 1))
        #expect(highest == Int32(clamping: limit - 1))
        close(highest)
    }
}
