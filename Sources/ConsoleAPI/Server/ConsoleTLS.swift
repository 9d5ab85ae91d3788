// The console port's certificate and protocol versions.

import AlertModel
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import NIOCore
import NIOSSL
import Telemetry

/// Reads and checks TLS material.
enum ConsoleTLS {
    /// TLS 1.2 and later with the configured certificate.
    ///
    /// - Throws: ``ConsoleServerError/certificate(file:reason:)`` naming the file that is wrong.
    static func configuration(
        of settings: ConsoleConfiguration
    ) throws(ConsoleServerError) -> (tls: TLSConfiguration, endsAt: WallTime) {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(settings.certificateFile)
        } catch {
            throw .certificate(file: settings.certificateFile, reason: "no readable PEM certificate (\(error))")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: settings.keyFile, format: .pem)
        } catch {
            throw .certificate(file: settings.keyFile, reason: "no readable PEM private key (\(error))")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        // Of TLS 1.2 only what agrees on keys anew for each connection and authenticates what it encrypts.
        configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
        // A console that streams answers our last words late or never; waiting 5 s for each would hold the port
        // against the restarted daemon.
        configuration.shutdownTimeout = .milliseconds(200)
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .certificate(
                file: settings.certificateFile,
                reason: "it does not belong to the key '\(settings.keyFile)' or is not accepted (\(error))")
        }
        let endS = chain.first.map { Int64($0.notValidAfter) } ?? 0
        return (configuration, WallTime(nanoseconds: min(endS, Int64.max / 1_000_000_000) * 1_000_000_000))
    }

    /// HTTP/1.1 and HTTP/2 by ALPN.
    static func server(_ channels: ConsoleChannels, limits: ConsoleLimits, counters: Counters) -> HTTPServerBuilder
    {
        HTTPServerBuilder { responder in
            try channels.begin { tls in
                try HTTP2UpgradeChannel(
                    tlsConfiguration: tls,
                    configuration: HTTP2UpgradeChannel.Configuration(
                        idleTimeout: limits.connectionIdleMax, gracefulCloseTimeout: limits.drainWithin,
                        streamConfiguration: HTTP1Channel.Configuration(
                            idleTimeout: .nanoseconds(limits.connectionIdleMax.wholeNanoseconds))),
                    responder: responder)
            }
            return FirstBytesChannel(
                channels: channels, within: .nanoseconds(limits.firstBytesWithin.wholeNanoseconds),
                addresses: ConnectionsByAddress(limit: limits.connectionsPerAddressMax), counters: counters)
        }
    }
}
