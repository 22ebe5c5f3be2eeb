namespace Vitrine.Pprof.Wire;

/// <summary>
/// Recognises what people feed to a profile reader by mistake, and says what it is and what to do. Looked at before parsing: a text or a recording of another tool
/// would otherwise fail with a remark about wire types.
/// </summary>
internal static class ForeignFormats
{
    /// <summary>How many bytes <see cref="Describe"/> wants to see.</summary>
    public const int LookAhead = 512;

    const string WithoutDebug = "Fetch it in the binary form instead: leave ?debug=1 (or 2) out of the URL, or call Profile.WriteTo(w, 0).";

    public static string? Describe(ReadOnlySpan<byte> start) => start switch
    {
        _ when start.StartsWith("PERFILE2"u8) => "This is a recording of Linux perf (perf.data). Convert it, for example with perf script and a folding script, or record with vitrine.",
        _ when start.StartsWith("FLR\0"u8) => "This is a Java Flight Recorder recording. Convert it with a tool such as jfr2pprof.",
        _ when start.StartsWith("Nettrace"u8) => "This is a .NET event trace (nettrace). Convert it with: dotnet-trace convert --format Speedscope FILE.",
        _ when start.StartsWith("go 1."u8) && start.IndexOf(" trace\0"u8) is > 0 and < 16 => "This is a Go execution trace, not a profile. Open it with: go tool trace FILE. Its profiles come out with: go tool trace -pprof=sync FILE.",
        _ when start.StartsWith("goroutine profile:"u8) => $"This is a goroutine profile as text (debug=1). {WithoutDebug}",
        _ when start.StartsWith("goroutine "u8) && start.IndexOf(" ["u8) > 0 => $"This is a goroutine dump as text (debug=2, or the output of a crash). {WithoutDebug}",
        _ when start.StartsWith("heap profile:"u8) => $"This is a heap profile in the old text form. {WithoutDebug}",
        _ when start.StartsWith("--- contention"u8) || start.StartsWith("--- mutex"u8) => $"This is a contention profile in the old text form. {WithoutDebug}",
        _ when start.StartsWith("threadcreate profile:"u8) || start.StartsWith("--- threadz"u8) => $"This is a thread profile in the old text form. {WithoutDebug}",
        _ when IsLegacyCpu(start) => "This is a CPU profile in the old binary form of gperftools. Convert it with: go tool pprof -proto FILE > profile.pb.gz.",
        _ when start.StartsWith("\u007fELF"u8) => "This is an ELF file (a program or a core dump), not a profile.",
        _ when start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) => "This is compressed with zstd. Decompress it first: zstd -d FILE.",
        _ when start.StartsWith("BZh"u8) => "This is compressed with bzip2. Decompress it first: bunzip2 FILE.",
        _ when start.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A]) => "This is compressed with xz. Decompress it first: unxz FILE.",
        _ when start.StartsWith("PK\u0003\u0004"u8) => "This is a ZIP archive. Unpack it first.",
        _ when IsMarkup(start) => "This is a web page, not a profile: probably an error or a login page of a proxy. Open the URL in a browser, and fetch /debug/pprof/NAME with the credentials it wants.",
        _ when IsJson(start) => "This is JSON, perhaps a speedscope file or an error message. Read speedscope files with the Speedscope reader.",
        _ when IsFolded(start) => "This is text that looks like folded stacks. Read it with the Folded reader.",
        _ => null,
    };

    /// <summary>Whether the bytes are text; then a failure to parse them gets a hint.</summary>
    public static bool IsText(ReadOnlySpan<byte> start) => !start.IsEmpty && !start.ContainsAnyExceptInRange((byte)9, (byte)126);

    // Five words: 0, 3, 0, period, 0 (https://github.com/google/pprof/blob/main/profile/legacy_profile.go, parseCPU), as 64-bit little-endian.
    static bool IsLegacyCpu(ReadOnlySpan<byte> start) =>
        start.Length >= 40 && start.StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

    static bool IsMarkup(ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart(" \t\r\n"u8);
        return text.Length > 1 && text[0] == '<' && (text[1] is (byte)'!' or (byte)'?' || char.IsAsciiLetter((char)text[1]));
    }

    static bool IsJson(ReadOnlySpan<byte> start) => start.Length > 1 && IsText(start) && start.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    static bool IsFolded(ReadOnlySpan<byte> start)
    {
        var end = start.IndexOf((byte)'\n');
        var line = end < 0 ? start : start[..end];
        var space = line.LastIndexOf((byte)' ');
        return IsText(start) && space > 0 && line.Contains((byte)';') && space + 1 < line.Length && !line[(space + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}
