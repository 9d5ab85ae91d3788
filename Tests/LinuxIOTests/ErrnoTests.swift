import LinuxIO
import Testing

@Suite("Kernel errors")
struct ErrnoTests {
    @Test("an error number speaks the kernel's words")
    func text() {
        #expect("\(Errno.noSpace)" == "No space left on device (28)")
        #expect("\(Errno(code: 9_999))".contains("9999"))
    }
}
