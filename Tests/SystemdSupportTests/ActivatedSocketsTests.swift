// Sockets as systemd passes them: from descriptor 3 on. Each test is a process of its own.

import Foundation
import Glibc
import SystemdSupport
import Testing

@Suite(.serialized) struct ActivatedSocketsTests {
    @Test(.timeLimit(.minutes(5))) func listenersAreTakenByName() async {
        await #expect(processExitsWith: .success) {
            let sockets = [listener(), listener(), listener(), listener()]
            for (index, socket) in sockets.enumerated() {
                // Above everything that this process has open, then down to where systemd puts them.
                require(dup2(socket, 100 + Int32(index)) >= 0)
            }
            for index in 0..<Int32(4) { require(dup2(100 + index, 3 + index) >= 0) }
            setenv("LISTEN_PID", "\(getpid())", 1)
            setenv("LISTEN_FDS", "4", 1)
            setenv("LISTEN_FDNAMES", "units:console:units:mystery", 1)
            do throws(ActivationError) {
                var inherited = try ActivatedSockets.inherit()
                require(inherited.take("units") == [3, 5])
                require(inherited.take("units").isEmpty)
                require(inherited.take("console") == [4])
                require(inherited.names == ["mystery"])
                require(fcntl(3, F_GETFD) & FD_CLOEXEC != 0)
                require(fcntl(3, F_GETFL) & O_NONBLOCK != 0)
            } catch {
                require(false)
            }
            require(getenv("LISTEN_FDS") == nil)
            // What was taken stays open, what was not is closed.
            require(fcntl(3, F_GETFD) >= 0)
            require(fcntl(6, F_GETFD) == -1)
            exit(0)
        }
    }

    @Test(.timeLimit(.minutes(5))) func nothingWithoutActivation() async {
        await #expect(processExitsWith: .success) {
            unsetenv("LISTEN_FDS")
            do throws(ActivationError) {
                var inherited = try ActivatedSockets.inherit()
                require(inherited.isEmpty)
                require(inherited.take("units").isEmpty)
            } catch {
                require(false)
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func socketsOfAnotherProcessAreNotOurs() async {
        await #expect(processExitsWith: .success) {
            setenv("LISTEN_PID", "1", 1)
            setenv("LISTEN_FDS", "1", 1)
            do throws(ActivationError) {
                let inherited = try ActivatedSockets.inherit()
                require(inherited.isEmpty)
            } catch {
                require(false)
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func aSocketThatDoesNotListenIsRefused() async {
        await #expect(processExitsWith: .success) {
            let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            require(dup2(datagrams, 3) == 3)
            setenv("LISTEN_PID", "\(getpid())", 1)
            setenv("LISTEN_FDS", "1", 1)
            setenv("LISTEN_FDNAMES", "units", 1)
            do throws(ActivationError) {
                _ = try ActivatedSockets.inherit()
                require(false)
            } catch {
                require(error == .notListening(name: "units"))
            }
            exit(0)
        }
    }
}
