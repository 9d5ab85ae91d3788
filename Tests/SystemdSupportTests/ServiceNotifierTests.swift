// Messages as they arrive. Each test is a process of its own: the environment belongs to the whole process.

import Foundation
import Glibc
import SystemdSupport
import Testing

@Suite(.serialized) struct ServiceNotifierTests {
    @Test(.timeLimit(.minutes(5))) func messagesArriveAsSystemdReadsThem() async {
        await #expect(processExitsWith: .success) {
            guard let socket = NotifySocket() else { return require(false) }
            let notifier = ServiceNotifier()
            require(notifier.ready(status: "2 of 50 units") == .sent)
            require(socket.receive() == "READY=1\nSTATUS=2 of 50 units")
            require(notifier.status("one\nREADY=1\r\ntwo") == .sent)
            require(socket.receive() == "STATUS=one READY=1 two")
            notifier.reloading(monotonicNs: 5_123_456)
            require(socket.receive() == "RELOADING=1\nMONOTONIC_USEC=5123")
            notifier.stopping(status: "draining")
            require(socket.receive() == "STOPPING=1\nSTATUS=draining")
            notifier.watchdog()
            require(socket.receive() == "WATCHDOG=1")
            notifier.status(String(repeating: "ә", count: 1_000))
            require(socket.receive() == "STATUS=" + String(repeating: "ә", count: 100))
            require(socket.receive() == nil)
        }
    }

    @Test(.timeLimit(.minutes(5))) func nobodyListensWithoutASocket() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            unsetenv("WATCHDOG_USEC")
            let notifier = ServiceNotifier()
            require(notifier.ready(status: "") == .unsupervised)
            require(notifier.watchdog() == .unsupervised)
            require(notifier.watchdogIntervalNs == nil)
        }
    }

    @Test(.timeLimit(.minutes(5))) func aSocketThatIsGoneIsAValue() async {
        await #expect(processExitsWith: .success) {
            setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1)
            require(ServiceNotifier().ready(status: "") == .failed(ENOENT))
        }
    }

    @Test(.timeLimit(.minutes(5))) func watchdogIntervalIsForThisProcessOnly() async {
        await #expect(processExitsWith: .success) {
            let notifier = ServiceNotifier()
            setenv("WATCHDOG_USEC", "30000000", 1)
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            require(notifier.watchdogIntervalNs == 30_000_000_000)
            setenv("WATCHDOG_PID", "1", 1)
            require(notifier.watchdogIntervalNs == nil)
            unsetenv("WATCHDOG_PID")
            setenv("WATCHDOG_USEC", "soon", 1)
            require(notifier.watchdogIntervalNs == nil)
        }
    }
}
