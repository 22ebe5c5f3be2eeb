using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Vitrine.Guard.Audit;

/// <summary>
/// A record as one line of the file: a JSON object whose first member is <c>seq</c> and whose last two are <c>prev</c> and <c>hash</c>. The hash is that of the line without its last member, that is, up to
/// <c>,"hash"</c> and a closing brace; <c>prev</c> is the hash of the record before. The format is documented in docs/guard/audit-log.md, so that it can be checked without this program.
/// </summary>
static class AuditLine
{
    /// <summary>No record is longer: every text in it is bounded.</summary>
    public const int MaximumBytes = 64 * 1024;

    /// <summary>What the first record follows.</summary>
    public const string NoHash = "0000000000000000000000000000000000000000000000000000000000000000";

    const int HexLength = 64;
    const int MostRoles = 32;
    const int MostRules = 64;
    static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);
    static readonly JsonWriterOptions s_options = new() { SkipValidation = true };

    static ReadOnlySpan<byte> Begin => "{\"seq\":"u8;

    static ReadOnlySpan<byte> Previous => ",\"prev\":\""u8;

    static ReadOnlySpan<byte> OwnHash => "\",\"hash\":\""u8;

    static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>A writer for <see cref="Write"/>, to be used again and again.</summary>
    public static Utf8JsonWriter CreateWriter(LineBuffer line) => new(line, s_options);

    /// <summary>Writes a record with its line end, and gives its hash.</summary>
    /// <param name="record">The record.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="previous">The hash of the record before, 64 hexadecimal digits in ASCII.</param>
    /// <param name="key">How it is hashed.</param>
    /// <param name="json">Made for <paramref name="line"/>.</param>
    /// <param name="line">Takes the line, in place of what was in it.</param>
    /// <param name="hash">Takes the hash, as <paramref name="previous"/> has it.</param>
    public static void Write(AuditRecord record, long sequence, ReadOnlySpan<byte> previous, AuditKey key, Utf8JsonWriter json, LineBuffer line, Span<byte> hash)
    {
        json.Reset();
        line.Clear();
        json.WriteStartObject();
        json.WriteNumber("seq"u8, sequence);
        WriteMembers(record, json);
        json.WriteString("prev"u8, previous);
        json.WriteEndObject();
        json.Flush();
        Span<byte> bytes = stackalloc byte[AuditKey.HashBytes];
        key.Hash(line.Written, bytes);
        Convert.TryToHexStringLower(bytes, hash, out _);
        // In place of the brace that closes it.
        line.RemoveLast();
        line.Append(OwnHash[1..]);
        line.Append(hash);
        line.Append(End);
        line.Append("\n"u8);
    }

    static void WriteMembers(AuditRecord record, Utf8JsonWriter json)
    {
        json.WriteString("time"u8, record.Time.UtcDateTime);
        json.WriteString("event"u8, Name(record.Event));
        Text(json, "look"u8, record.Look);
        Text(json, "who"u8, record.Who);
        Text(json, "kind"u8, record.Kind);
        if (record.Roles.Count > 0)
        {
            json.WriteStartArray("roles"u8);
            for (var i = 0; i < record.Roles.Count && i < MostRoles; i++) json.WriteStringValue(Bounded(record.Roles[i]));
            json.WriteEndArray();
        }
        Text(json, "from"u8, record.From);
        Text(json, "door"u8, record.Door);
        Text(json, "service"u8, record.Service);
        Text(json, "what"u8, record.What);
        Text(json, "how"u8, record.How);
        if (record.Asked is { } asked) json.WriteNumber("asked_ms"u8, Math.Round(asked.TotalMilliseconds, 3));
        if (record.Took is { } took) json.WriteNumber("took_ms"u8, Math.Round(took.TotalMilliseconds, 3));
        if (record.Bytes is { } bytes) json.WriteNumber("bytes"u8, bytes);
        if (record.IsRaw) json.WriteBoolean("raw"u8, true);
        if (record.IsShared) json.WriteBoolean("shared"u8, true);
        if (record.Redactions is { Count: > 0 } redactions) WriteRedactions(redactions, json);
        Text(json, "switch"u8, record.Switch);
        if (record.IsOn is { } isOn) json.WriteBoolean("on"u8, isOn);
        if (record.Until is { } until) json.WriteString("until"u8, until.UtcDateTime);
        Text(json, "outcome"u8, record.Outcome);
        Text(json, "reason"u8, record.Reason);
        if (record.NotWritten > 0) json.WriteNumber("not_written"u8, record.NotWritten);
        if (record.Opening is { } opening)
        {
            json.WriteNumber("file"u8, opening.FileNumber);
            json.WriteNumber("process"u8, opening.Process);
            Text(json, "program"u8, opening.Program);
            Text(json, "chain"u8, opening.Algorithm);
            Text(json, "key"u8, opening.KeyId);
        }
        if (record.Drop is { } drop)
        {
            json.WriteNumber("dropped_file"u8, drop.FileNumber);
            json.WriteNumber("dropped_seq"u8, drop.LastSequence);
            Text(json, "dropped_hash"u8, drop.LastHash);
        }
        if (record.Partial is not { } partial) return;
        json.WriteNumber("partial_bytes"u8, partial.Bytes);
        Text(json, "partial_sha256"u8, partial.Hash);
    }

    static void WriteRedactions(IReadOnlyDictionary<string, long> redactions, Utf8JsonWriter json)
    {
        json.WriteStartObject("redactions"u8);
        var count = 0;
        long rest = 0;
        foreach (var (rule, times) in redactions)
        {
            if (++count <= MostRules) json.WriteNumber(Bounded(rule), times);
            else rest += times;
        }
        // Rules are the users' own; their number has no bound that is known here.
        if (rest > 0) json.WriteNumber("(others)"u8, rest);
        json.WriteEndObject();
    }

    // Control characters and everything that is not ASCII are escaped by the writer.
    static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null) json.WriteString(name, Bounded(text));
    }

    static ReadOnlySpan<char> Bounded(string text) => text.Length <= AuditText.MaximumLength ? text : string.Concat(text.AsSpan(0, AuditText.MaximumLength), "…");

    static ReadOnlySpan<byte> Name(AuditEvent what) => what switch
    {
        AuditEvent.Opened => "opened"u8,
        AuditEvent.Begun => "begun"u8,
        AuditEvent.Ended => "ended"u8,
        AuditEvent.Refused => "refused"u8,
        AuditEvent.Switched => "switched"u8,
        AuditEvent.Repaired => "repaired"u8,
        AuditEvent.Dropped => "dropped"u8,
        _ => "configured"u8,
    };

    /// <summary>Reads what the chain needs of a line; null when it does not have the form of a record.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <param name="key">How it is hashed.</param>
    public static AuditLink? Read(ReadOnlySpan<byte> line, AuditKey key)
    {
        var tail = Previous.Length + HexLength + OwnHash.Length + HexLength + End.Length;
        if (line.Length < Begin.Length + tail || line.Length > MaximumBytes || !line.StartsWith(Begin) || !line.EndsWith(End)) return null;
        var at = line.Length - tail;
        var isTail = line[at..].StartsWith(Previous) && line[(at + Previous.Length + HexLength)..].StartsWith(OwnHash);
        var number = line[Begin.Length..];
        if (!isTail || number.IndexOf((byte)',') is not (> 0 and <= 19 and var comma)
            || !long.TryParse(number[..comma], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) || sequence <= 0) return null;

        var previous = line.Slice(at + Previous.Length, HexLength);
        var hash = line.Slice(line.Length - End.Length - HexLength, HexLength);
        if (!IsHex(previous) || !IsHex(hash)) return null;
        var end = line.Length - End.Length - HexLength - OwnHash.Length + 1;
        var rented = ArrayPool<byte>.Shared.Rent(end + 1);
        line[..end].CopyTo(rented);
        rented[end] = (byte)'}';
        Span<byte> bytes = stackalloc byte[AuditKey.HashBytes], own = stackalloc byte[HexLength];
        key.Hash(rented.AsSpan(0, end + 1), bytes);
        ArrayPool<byte>.Shared.Return(rented);
        Convert.TryToHexStringLower(bytes, own, out _);
        return new(sequence, Encoding.ASCII.GetString(previous), Encoding.ASCII.GetString(hash), System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(own, hash));
    }

    static bool IsHex(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(s_hex);
}
