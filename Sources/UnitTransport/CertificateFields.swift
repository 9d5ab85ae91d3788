// Fields of certificates and revocation lists as values of ours: numbers, times, names.

internal import COpenSSL
internal import Glibc

/// Reads what OpenSSL points at; every pointer is borrowed.
enum CertificateFields {
    /// The digits of a number, big-endian, without leading zeros.
    static func magnitude(_ number: UnsafePointer<ASN1_INTEGER>) -> [UInt8] {
        let bytes = UnsafeBufferPointer(
            start: ASN1_STRING_get0_data(number), count: Int(ASN1_STRING_length(number)))
        return Array(bytes.drop { $0 == 0 })
    }

    /// A time as seconds since 1970; nil when it is none.
    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        guard let time else { return nil }
        var broken = tm()
        guard ASN1_TIME_to_tm(time, &broken) == 1 else {
            OpenSSLErrors.clear()
            return nil
        }
        return Int64(timegm(&broken))
    }

    /// A certificate's end of validity, seconds since 1970; 0 when it cannot be read.
    static func end(of certificate: OpaquePointer) -> Int64 { seconds(X509_get0_notAfter(certificate)) ?? 0 }

    /// A name on one line, such as `CN=Units CA,O=Operator` (RFC 2253).
    static func text(_ name: OpaquePointer?) -> String {
        guard let name, let memory = BIO_new(BIO_s_mem()) else { return "no name" }
        defer { BIO_free(memory) }
        X509_NAME_print_ex(memory, name, 0, sos_name_flags())
        var bytes = [UInt8](repeating: 0, count: nameBytesMax)
        let count = BIO_read(memory, &bytes, Int32(bytes.count))
        OpenSSLErrors.clear()
        return String(decoding: bytes[..<Int(max(0, count))], as: UTF8.self)
    }

    /// Seconds since 1970 as `2026-11-21T09:30:00Z`.
    static func text(seconds: Int64) -> String {
        var time = time_t(seconds)
        var broken = tm()
        guard gmtime_r(&time, &broken) != nil else { return "\(seconds) s after 1970" }
        var bytes = [CChar](repeating: 0, count: 32)
        let count = strftime(&bytes, bytes.count, "%Y-%m-%dT%H:%M:%SZ", &broken)
        return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What a log line bears.
    private static let nameBytesMax = 160
}
