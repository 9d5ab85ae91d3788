-- Wireshark dissector of the SOS unit protocol, version 1 (Docs/unit-protocol.md). Tested with Wireshark 4.0.
--
--   tshark -X lua_script:sos.lua -o tls.keylog_file:keys.log -r capture.pcapng -Y sos
--
-- Finds the protocol in decrypted TLS by its ALPN name or its port (7443, a preference), and in plain TCP behind a
-- hello; a capture in the clear that lacks the hello needs -d tcp.port==7443,sos. Field names are the document's with
-- _ for spaces; boot, counter, alert and session have the same filter in every message, so that
-- sos.boot == 7 && sos.counter == 1 shows a press and all that answers it.

local sos = Proto("sos", "SOS Unit Protocol")

local HEADER, BODY_MAX, TIME_MAX = 4, 16640, 7258118400000
local ALPN = "sos-unit/1"

sos.prefs.port = Pref.uint("TCP port", 7443, "Port of the gateways")

local categories = {[1] = "police", [2] = "medical", [3] = "fire", [4] = "road accident", [8] = "test"}
local stages = {"stored", "ringing", "answered", "dispatched", "arrived", "closed"}
local faults = {
    "doorOpen", "vibration", "mainsLost", "batteryLow", "charger", "microphone", "speaker", "camera", "buttonStuck",
    "gpsLost", "gpsFrozen", "displaced", "jamming", "overheating", "clockWrong", "certificateExpiring",
    "firmwareMismatch", "linkFlapping",
}
local codes = {
    [100] = "cannotProcess", [101] = "payloadMissing", [102] = "notEnoughInformation", [103] = "corrupted",
    [200] = "version", [201] = "identity", [202] = "oversized", [203] = "unknownType", [204] = "deadline",
    [205] = "notSupported", [206] = "unexpected", [207] = "cannotStore",
}
local press_bits = {
    "position", "results", [5] = "microphone failed", [6] = "speaker failed", [7] = "battery failed",
    [8] = "camera failed",
}
local powers = {"mains", "battery", "solar"}
local goodbyes = {
    [0] = "other", "power off", "restart", "update", "moving", "gateway stopping", "replaced", "silent",
}
local ends = {[0] = "other", "finished", "refused", "media failed", "replaced", "not supported", "no answer"}
local statuses = {"done", "started", "refused", "failed", "not supported", "expired"}
local replies = {"yes", "no", "not understood", "typed text", "none", "shown"}
local kinds = {
    "siren", "beacon", "announce", "volume", "cameraPreset", "selfTest", "sendData", "restart", "configure", "move",
}
local capabilities = {
    "audio", "video", "siren", "beacon", "announceRecorded", "announceText", "volume", "cameraPreset", "selfTest",
    "sendData", "restart", "configure", "move", "textDialogue", "positioning", "stageDisplay",
}

-- A field: its name in the document, what it is, and what belongs to that: the names of a list (listed: others are
-- refused) or of bits, the bounds of a text or number.
local function f(name, kind, more)
    local field = more or {}
    field.name, field.kind = name, kind
    return field
end

local boot, counter, alert, session = f("boot", "u32"), f("counter", "u32"), f("alert", "u64"), f("session", "u32")
local zero = f("zero", "zero", {bytes = 1})
local token = f("resume token", "bytes", {most = 32})
local latitude, longitude = f("latitude", "i32", {degrees = true}), f("longitude", "i32", {degrees = true})
local accuracy = f("accuracy", "u32", {unit = " cm"})
local language = f("language", "text", {least = 1, most = 35, letters = "^[%w-]*$"})
local host = f("host", "text", {least = 1, most = 253, letters = "^[%w.:-]*$"})
local stage = f("stage", "u8", {names = stages, listed = true})
local port = f("port", "u16", {least = 1, most = 65535})
local clock = f("gateway's clock", "time", {id = "gateway_clock"})
local fault_fields = {
    boot, counter, f("time of the change", "time"), f("detail", "i32"), f("fault", "u8", {names = faults, listed = true}),
}
local description_fields = {session, alert, f("SDP", "text", {wide = true, least = 1, most = 16384})}

local messages = {
    [0x01] = {"hello", "unit", {
        f("major", "u8", {major = true}), f("minor", "u8"), f("flags", "u8", {bits = {"press pending"}}),
        f("path", "u8"), boot, f("firmware", "u32"), f("capabilities", "u32", {bits = capabilities}), f("clock", "time"),
        f("unit id", "text", {least = 1, most = 16, letters = "^[%w._-]*$", identity = true}), token}},
    [0x02] = {"welcome", "gateway", {
        f("minor", "u8"), zero, f("heartbeat", "u16", {unit = " s"}), f("reporting", "u16", {unit = " s"}),
        f("zero", "zero", {bytes = 2}), f("granted", "u32", {bits = capabilities}), clock, token}},
    [0x03] = {"heartbeat", "unit", {
        f("power", "u8", {names = powers, listed = true}), f("battery", "u8", {unit = " %"}),
        f("signal", "i8", {unit = " dBm"}), f("temperature", "i8", {unit = " °C"}),
        f("flags", "u8", {bits = {"door open"}})}},
    [0x04] = {"position", "unit", {
        latitude, longitude, accuracy, f("speed", "u16", {unit = " cm/s"}), f("heading", "u16", {unit = " °/100"}),
        f("time of the fix", "time"), f("satellites", "u8")}},
    [0x05] = {"goodbye", "both", {f("reason", "u8", {names = goodbyes})}},
    [0x06] = {"redirect", "gateway", {port, f("retry after", "u16", {unit = " s"}), host}},
    [0x10] = {"press", "unit", {
        boot, counter, f("time of the press", "time"), f("category", "u8", {names = categories, other = "police"}),
        f("flags", "u8", {bits = press_bits}), f("age of the fix", "u16", {unit = " s"}), latitude, longitude,
        accuracy}},
    [0x11] = {"cancel", "unit", {boot, counter, f("counter of the press", "u32"), f("time of the cancel", "time")}},
    [0x12] = {"faultBegin", "unit", fault_fields},
    [0x13] = {"faultEnd", "unit", fault_fields},
    [0x14] = {"stage", "gateway", {alert, boot, counter, f("time of the stage", "time"), stage}},
    [0x15] = {"stageConfirm", "unit", {alert, stage}},
    [0x20] = {"acknowledgement", "gateway", {boot, counter}},
    [0x21] = {"time", "gateway", {clock}},
    [0x22] = {"unable", "both", {
        f("code", "u16", {names = codes}), f("type", "u8"), f("offset", "u16"), f("text", "text", {most = 200})}},
    [0x30] = {"offer", "both", description_fields},
    [0x31] = {"answer", "both", description_fields},
    [0x32] = {"candidate", "both", {
        session, f("media line", "u16"), f("mid", "text", {most = 64}),
        f("candidate", "text", {wide = true, most = 1024})}},
    [0x33] = {"sessionEnd", "both", {session, f("reason", "u8", {names = ends})}},
    [0x40] = {"command", "gateway", {
        f("command id", "u64"), f("valid for", "u16", {unit = " s"}), f("kind", "u8", {names = kinds, selects = true}),
        zero}},
    [0x41] = {"commandResult", "unit", {
        f("command id", "u64"), f("value", "u32"), f("status", "u8", {names = statuses, listed = true}),
        f("detail", "text", {wide = true, most = 1000})}},
    [0x42] = {"text", "gateway", {
        f("question id", "u32"), alert,
        f("allowed replies", "u16", {bits = {"yes", "no", "I do not understand", "typed text"}}), language,
        f("text", "text", {wide = true, least = 1, most = 500})}},
    [0x43] = {"textReply", "unit", {
        f("question id", "u32"), f("reply", "u8", {names = replies, listed = true}),
        f("text", "text", {wide = true, most = 500})}},
}

local seconds = f("seconds", "u16", {unit = " s"})
local arguments = {
    {seconds}, {seconds},
    {f("recorded message", "u16"), language, f("text", "text", {wide = true, most = 500})},
    {f("percent", "u8", {least = 0, most = 100})}, {f("camera", "u8"), f("preset", "u8")},
    {f("parts", "u16", {bits = {"microphone", "speaker", "battery", "camera", "lamps", "button", "siren", "beacon"}})},
    {f("data", "u16", {bits = {"heartbeat", "position", "faults"}})}, {seconds},
    {f("key", "text", {least = 1, most = 64}), f("value", "text", {wide = true, most = 1024})}, {port, host},
}

-- What is said about a frame that breaks the document: the code of unable that it earns.
local function malformed(id, text)
    return ProtoExpert.new("sos.malformed." .. id, text, expert.group.MALFORMED, expert.severity.ERROR)
end
local wrong = {
    value = malformed("value", "Outside its list or range (unable 100)"),
    truncated = malformed("truncated", "The body is shorter than its fields (unable 102)"),
    text = malformed("text", "Not UTF-8, a letter not allowed here, or a length outside its range (unable 103)"),
    version = malformed("version", "Another major version (unable 200)"),
    identity = malformed("identity", "Not a unit id (unable 201)"),
    oversized = malformed("oversized", "More than 16,640 bytes are announced (unable 202)"),
    unknown = malformed("unknown_type", "Unknown type that must be understood (unable 203)"),
    direction = malformed("direction", "Only the other end sends this (unable 206)"),
}
local odd = {
    skipped = ProtoExpert.new("sos.skipped", "Unknown type: skipped", expert.group.PROTOCOL, expert.severity.NOTE),
    longer = ProtoExpert.new("sos.longer", "More bytes than version 1.0 knows", expert.group.PROTOCOL, expert.severity.NOTE),
    reserved = ProtoExpert.new("sos.reserved", "Reserved, and not zero", expert.group.PROTOCOL, expert.severity.NOTE),
}

-- Every field is registered once, under sos.MESSAGE.NAME or, where it names a thing of its own, sos.NAME.
local shared = {boot = true, counter = true, alert = true, session = true}
local registered = {}
local header = {
    length = ProtoField.uint16("sos.length", "body length"),
    type = ProtoField.uint8("sos.type", "type", base.HEX),
    message = ProtoField.string("sos.message", "message"),
    flags = ProtoField.uint8("sos.flags", "flags", base.HEX),
    must = ProtoField.bool("sos.flags.must_understand", "must understand", 8, nil, 1),
    more = ProtoField.bytes("sos.more", "bytes behind the known fields"),
}
local widths = {u8 = 1, u16 = 2, u32 = 4, u64 = 8, i8 = 1, i32 = 4, time = 8}
local constructors = {
    u8 = ProtoField.uint8, u16 = ProtoField.uint16, u32 = ProtoField.uint32, u64 = ProtoField.uint64,
    i8 = ProtoField.int8, i32 = ProtoField.int32,
}

-- A name of the document as part of a filter: "unit id" is unit_id.
local function filter_name(name) return (name:gsub("[^%w]+", "_")) end

local function register(message, field)
    local id = field.id or filter_name(field.name)
    local filter = "sos." .. (shared[id] and "" or message .. ".") .. id
    if registered[filter] then return registered[filter] end
    local entry = {filter = filter, bits = {}}
    if field.kind == "text" then
        entry.proto = ProtoField.string(filter, field.name, base.UNICODE)
    elseif field.kind == "bytes" or field.kind == "zero" then
        entry.proto = ProtoField.bytes(filter, field.name)
    elseif field.kind == "time" then
        entry.proto = ProtoField.absolute_time(filter, field.name, base.UTC)
    elseif field.bits then
        entry.proto = constructors[field.kind](filter, field.name, base.HEX)
        for place = 1, widths[field.kind] * 8 do
            local name = field.bits[place]
            entry.bits[#entry.bits + 1] = name and
                ProtoField.bool(filter .. "." .. filter_name(name), name, widths[field.kind] * 8, nil, 2 ^ (place - 1))
        end
    else
        entry.proto = constructors[field.kind](filter, field.name, base.DEC, field.names)
    end
    registered[filter] = entry
    return entry
end

local function register_all()
    for _, message in pairs(messages) do
        for _, field in ipairs(message[3]) do register(message[1], field) end
    end
    for kind, fields in ipairs(arguments) do
        for _, field in ipairs(fields) do register("command." .. kinds[kind], field) end
    end
    local protos, experts = {}, {}
    for _, proto in pairs(header) do protos[#protos + 1] = proto end
    for _, entry in pairs(registered) do
        protos[#protos + 1] = entry.proto
        for _, bit in ipairs(entry.bits) do protos[#protos + 1] = bit end
    end
    for _, list in ipairs({wrong, odd}) do
        for _, one in pairs(list) do experts[#experts + 1] = one end
    end
    sos.fields, sos.experts = protos, experts
end
register_all()

-- Whether the bytes are UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF.
local function is_utf8(bytes)
    local at, length = 1, #bytes
    while at <= length do
        local first, second = bytes:byte(at, at + 1)
        second = second or 0
        local more
        if first < 0x80 then more = 0
        elseif first >= 0xC2 and first <= 0xDF then more = 1
        elseif first >= 0xE0 and first <= 0xEF then
            more = 2
            if first == 0xE0 and second < 0xA0 or first == 0xED and second > 0x9F then return false end
        elseif first >= 0xF0 and first <= 0xF4 then
            more = 3
            if first == 0xF0 and second < 0x90 or first == 0xF4 and second > 0x8F then return false end
        else
            return false
        end
        for next = at + 1, at + more do
            local byte = bytes:byte(next)
            if not byte or byte < 0x80 or byte > 0xBF then return false end
        end
        at = at + more + 1
    end
    return true
end

-- Where a walk over a body stands. `failed`: what is behind an error means nothing.
local function truncated(walk)
    if walk.is_cut then
        walk.failed = "cut by the capture"
        return nil
    end
    walk.tree:add_proto_expert_info(wrong.truncated)
    walk.failed = "truncated"
    return nil
end

local function add_number(walk, field, entry)
    local width = widths[field.kind]
    if walk.stop - walk.at < width then return truncated(walk) end
    local range = walk.buffer(walk.at, width)
    walk.at = walk.at + width
    local signed = field.kind:sub(1, 1) == "i"
    local value = width == 8 and range:uint64() or signed and range:int() or range:uint()
    if field.kind == "time" then
        local ms = math.min(value:tonumber(), TIME_MAX)
        walk.tree:add(entry.proto, range, NSTime.new(math.floor(ms / 1000), ms % 1000 * 1000000))
        return ms
    end
    local item = walk.tree:add(entry.proto, range)
    if field.unit then item:append_text(field.unit) end
    if field.degrees then item:append_text(string.format(" (%.7f°)", value / 1e7)) end
    for _, bit in ipairs(entry.bits) do item:add(bit, range) end
    if field.other and not field.names[value] then item:append_text(" (taken as " .. field.other .. ")") end
    local outside = field.listed and not field.names[value]
    if outside or field.most and (value < field.least or value > field.most) then
        item:add_proto_expert_info(wrong.value)
        walk.failed = "value"
    elseif field.major and value ~= 1 then
        item:add_proto_expert_info(wrong.version)
        walk.failed = "version"
    end
    return value
end

local function add_text(walk, field, entry)
    local width = field.wide and 2 or 1
    if walk.stop - walk.at < width then return truncated(walk) end
    local start = walk.at
    local length = walk.buffer(start, width):uint()
    walk.at = start + width
    local bad = field.identity and "identity" or "text"
    if length > field.most or length < (field.least or 0) then
        walk.tree:add(entry.proto, walk.buffer(start, width), ""):add_proto_expert_info(wrong[bad])
        walk.failed = bad
        return nil
    end
    if walk.stop - walk.at < length then return truncated(walk) end
    local range = walk.buffer(start, width + length)
    local bytes = length > 0 and walk.buffer(walk.at, length):bytes():raw() or ""
    walk.at = walk.at + length
    if field.kind == "bytes" then
        if length > 0 then walk.tree:add(entry.proto, walk.buffer(start + width, length)) end
        return bytes
    end
    local good = is_utf8(bytes) and (not field.letters or bytes:match(field.letters) ~= nil)
    local shown = good and bytes or bytes:gsub("[^%g ]", "?")
    local item = walk.tree:add(entry.proto, range, shown)
    if not good then
        item:add_proto_expert_info(wrong[bad])
        walk.failed = bad
    end
    return shown
end

local function add_zero(walk, field, entry)
    if walk.stop - walk.at < field.bytes then return truncated(walk) end
    local range = walk.buffer(walk.at, field.bytes)
    walk.at = walk.at + field.bytes
    if range:uint() ~= 0 then walk.tree:add(entry.proto, range):add_proto_expert_info(odd.reserved) end
    return 0
end

-- Adds the fields; what they held, by their names.
local function add_fields(walk, message, fields, values)
    for _, field in ipairs(fields) do
        if walk.failed then break end
        local entry = register(message, field)
        local add = (field.kind == "text" or field.kind == "bytes") and add_text or field.kind == "zero" and add_zero
        values[field.name] = (add or add_number)(walk, field, entry)
        if field.names then values[field.name .. " name"] = field.names[values[field.name]] or field.other end
    end
end

-- One line for the info column.
local function summary(name, v)
    local words = {name, v["unit id"], v["kind name"], v["category name"], v["fault name"], v["code name"], v["host"]}
    local line = name
    for place = 2, 7 do
        if words[place] then line = line .. " " .. words[place] end
    end
    if v["boot"] and v["counter"] then line = line .. string.format(" %d/%d", v["boot"], v["counter"]) end
    if v["alert"] then line = line .. " alert " .. tostring(v["alert"]) end
    if v["stage name"] then line = line .. " " .. v["stage name"] end
    if v["reason name"] then line = line .. " (" .. v["reason name"] .. ")" end
    return line
end

-- Who sent it, by the port; nil when neither port says.
local function sender_of(pinfo)
    if pinfo.dst_port == sos.prefs.port then return "unit" end
    if pinfo.src_port == sos.prefs.port then return "gateway" end
    return nil
end

local function dissect_body(walk, type, must, pinfo)
    local message = messages[type]
    if not message then
        walk.tree:add_proto_expert_info(must and wrong.unknown or odd.skipped)
        return string.format("type %02x", type), must and "unknown type"
    end
    local sender = sender_of(pinfo)
    if sender and message[2] ~= "both" and message[2] ~= sender then
        walk.tree:add_proto_expert_info(wrong.direction)
        return message[1], "wrong direction"
    end
    local values = {}
    add_fields(walk, message[1], message[3], values)
    local known = type == 0x40 and not walk.failed and arguments[values["kind"]]
    if known then add_fields(walk, "command." .. kinds[values["kind"]], known, values) end
    if not walk.failed and walk.at < walk.stop then
        walk.tree:add(header.more, walk.buffer(walk.at, walk.stop - walk.at)):add_proto_expert_info(odd.longer)
    end
    return summary(message[1], values), walk.failed
end

local function dissect_frame(buffer, pinfo, root)
    if buffer:len() < HEADER then return buffer:len() end
    local body, type, flags = buffer(0, 2):uint(), buffer(2, 1):uint(), buffer(3, 1):uint()
    local name = messages[type] and messages[type][1] or string.format("type %02x", type)
    local tree = root:add(sos, buffer())
    tree:add(header.length, buffer(0, 2))
    tree:add(header.type, buffer(2, 1)):append_text(" (" .. name .. ")")
    tree:add(header.message, buffer(2, 1), name):set_generated()
    tree:add(header.flags, buffer(3, 1)):add(header.must, buffer(3, 1))
    local line, failed
    if body > BODY_MAX then
        tree:add_proto_expert_info(wrong.oversized)
        line, failed = name, "oversized"
    else
        local walk = {buffer = buffer, at = HEADER, stop = HEADER + body, tree = tree}
        if buffer:len() < walk.stop then walk.stop, walk.is_cut = buffer:len(), true end
        line, failed = dissect_body(walk, type, flags % 2 == 1, pinfo)
    end
    line = failed and (line .. " [malformed: " .. failed .. "]") or line
    tree:set_text("SOS Unit Protocol, " .. line)
    pinfo.cols.protocol = "SOS"
    local before = tostring(pinfo.cols.info)
    pinfo.cols.info = (pinfo.private["sos_again"] == tostring(pinfo.number) and before .. "; " or "") .. line
    pinfo.private["sos_again"] = tostring(pinfo.number)
    return buffer:len()
end

-- Bytes of the frame at an offset. Nothing behind an oversized header can be found: all that is left goes with it.
local function frame_bytes(buffer, _, offset)
    local body = buffer(offset, 2):uint()
    return body > BODY_MAX and math.max(HEADER, buffer:len() - offset) or HEADER + body
end

-- Called as a function and not through a Dissector, which would take away the right to ask for more segments.
local function dissect_stream(buffer, _, tree)
    dissect_tcp_pdus(buffer, tree, HEADER, frame_bytes, dissect_frame)
    return buffer:len()
end
sos.dissector = dissect_stream

-- In the clear (a test bench): a stream that begins with a hello of version 1, on any port. Wireshark finds TLS itself.
local function looks_like_hello(buffer, pinfo, tree)
    if buffer:len() < 30 then return false end
    local body, unit_bytes = buffer(0, 2):uint(), buffer(28, 1):uint()
    local fits = body >= 26 and body <= 26 + 16 + 32 and unit_bytes >= 1 and unit_bytes <= 16
    if not fits or buffer(2, 1):uint() ~= 1 or buffer(3, 1):uint() ~= 0 or buffer(4, 1):uint() ~= 1 then return false end
    pinfo.conversation = sos
    dissect_stream(buffer, pinfo, tree)
    return true
end

local at_port
local function listen()
    local tls = DissectorTable.get("tls.port")
    if at_port then tls:remove(at_port, sos) end
    at_port = sos.prefs.port
    tls:add(at_port, sos)
end

function sos.prefs_changed()
    if at_port ~= sos.prefs.port then listen() end
end

listen()
DissectorTable.get("tls.alpn"):add(ALPN, sos)
DissectorTable.get("tcp.port"):add_for_decode_as(sos)
sos:register_heuristic("tcp", looks_like_hello)
