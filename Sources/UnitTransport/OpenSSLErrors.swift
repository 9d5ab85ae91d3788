// OpenSSL's error queue of the calling thread: emptied before each call, read after a failed one.

internal import COpenSSL
internal import Glibc

/// Reads the calling thread's OpenSSL errors.
enum OpenSSLErrors {
    /// Forgets earlier errors; `SSL_get_error` would otherwise report them for the next call.
    @inline(__always)
    static func clear() { ERR_clear_error() }

    /// The reason number of the oldest error that OpenSSL's TLS raised; 0 when there is none.
    static func firstReason() -> Int32 {
        let code = ERR_peek_error()
        guard code != 0, sos_err_library(code) == ERR_LIB_SSL else { return 0 }
        return sos_err_reason(code)
    }

    /// Whether the newest error says that a key is not its certificate's.
    static func holdsKeyMismatch() -> Bool {
        let code = ERR_peek_last_error()
        guard sos_err_library(code) == ERR_LIB_X509 else { return false }
        return [X509_R_KEY_VALUES_MISMATCH, X509_R_KEY_TYPE_MISMATCH].contains(sos_err_reason(code))
    }

    /// Whether the newest error only says that no further PEM block begins.
    static func endsPEM() -> Bool {
        let code = ERR_peek_last_error()
        return sos_err_library(code) == ERR_LIB_PEM && sos_err_reason(code) == PEM_R_NO_START_LINE
    }

    /// Empties the queue into text, oldest first, such as `certificate verify failed`.
    static func takeText() -> String {
        var texts: [String] = []
        while texts.count < errorsMax {
            var data: UnsafePointer<CChar>?
            var flags: Int32 = 0
            let code = ERR_get_error_all(nil, nil, nil, &data, &flags)
            if code == 0 { break }
            var text = reason(code)
            if let data, flags & ERR_TXT_STRING != 0, data.pointee != 0 { text += " (\(String(cString: data)))" }
            texts.append(text)
        }
        ERR_clear_error()
        return texts.isEmpty ? "no reason given" : texts.joined(separator: ", ")
    }

    private static func reason(_ code: UInt) -> String {
        // The system's errors have no text of OpenSSL's.
        if sos_err_library(code) == ERR_LIB_SYS { return String(cString: strerror(sos_err_reason(code))) }
        return ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
    }

    /// OpenSSL keeps 16 errors a thread; more than a few say nothing new.
    private static let errorsMax = 4
}
