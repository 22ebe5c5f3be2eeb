using System.Globalization;
using Vitrine.Agent.Targets;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Gate.Services;

/// <summary>
/// Finds the process of a service, and finds it again when it was started anew. The one that was found is kept while it lives: a look at it costs one read of /proc. When nothing is found, the answer holds for a moment,
/// so that callers who ask again and again do not have the gate search all of /proc each time. Thread-safe.
/// </summary>
sealed class ProcessFinder(TargetChoice choice, TimeProvider time)
{
    /// <summary>How long "there is none" holds.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Bytes of a pid file that are read; a pid has at most seven digits.</summary>
    const int PidFileBytes = 64;

    readonly Lock _lock = new();
    LinuxProcess? _last;
    string? _failure;
    string _advice = "";
    long _failedAt;

    /// <summary>The process as it is now.</summary>
    /// <exception cref="InstrumentUnavailableException">There is none, or more than one; the message has the reason.</exception>
    public LinuxProcess Find()
    {
        lock (_lock)
        {
            if (_last is { } last && last.IsAlive())
                return last;
            _last = null;
            if (_failure is null || time.GetElapsedTime(_failedAt) >= Pause)
                Search();
            return _last ?? throw new InstrumentUnavailableException(_failure!, _advice);
        }
    }

    void Search()
    {
        _failure = null;
        _advice = "";
        try
        {
            _last = choice switch
            {
                { Pid: { } pid } => TargetFinder.Find(pid.ToString(CultureInfo.InvariantCulture), null),
                { PidFile: { } file } => TargetFinder.Find(ReadPid(file), null),
                { Listen: { } listen } => TargetFinder.Find(null, listen),
                { Name: { } name } => TargetFinder.Find(name, null),
                _ => throw new InstrumentUnavailableException("No process is named for this service, only an address to forward to."),
            };
        }
        catch (Exception e) when (e is TargetNotFoundException or UsageException or InstrumentUnavailableException or AccessDeniedException or IOException or UnauthorizedAccessException)
        {
            _failure = e.Message;
            _advice = (e as TargetNotFoundException)?.Advice ?? "";
            _failedAt = time.GetTimestamp();
        }
    }

    static string ReadPid(string file)
    {
        using var stream = File.OpenRead(file);
        var bytes = new byte[PidFileBytes];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var text = System.Text.Encoding.ASCII.GetString(bytes, 0, length).Trim();
        // A pid of 1 or more, and nothing a search by name could take for something else.
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0
            ? pid.ToString(CultureInfo.InvariantCulture)
            : throw new InstrumentUnavailableException($"{file} does not hold a pid.");
    }
}
