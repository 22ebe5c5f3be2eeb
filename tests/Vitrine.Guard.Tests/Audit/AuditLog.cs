using Vitrine.Guard.Audit;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Audit;

/// <summary>An audit log of a test, and what it said.</summary>
sealed class AuditLog : IDisposable
{
    public AuditLog(TestFolder folder, Action<AuditOptions>? configure = null, TimeProvider? time = null, Func<string, IAppendFile>? open = null)
    {
        Path = folder["audit.log"];
        Options = new() { File = Path };
        configure?.Invoke(Options);
        File = new(Options, time ?? Time, Failures.Add, Remarks.Add, open);
    }

    public ManualTime Time { get; } = new();

    public string Path { get; }

    public AuditOptions Options { get; }

    public AuditFile File { get; }

    public List<string> Failures { get; } = [];

    public List<string> Remarks { get; } = [];

    public static AuditRecord Record(string who = "somebody", AuditEvent what = AuditEvent.Refused) =>
        new() { Event = what, Time = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), Who = who, What = "pprof:read:heap", Outcome = "Forbidden" };

    /// <summary>Writes so many records that must be written.</summary>
    public AuditLog Write(int count, string who = "somebody")
    {
        for (var i = 0; i < count; i++) Assert.True(File.TryWrite(Record($"{who} {i}")), string.Join('\n', Failures));
        return this;
    }

    public AuditVerdict Verify(string? expected = null, AuditKey? key = null) => AuditVerifier.Verify([.. Files()], key ?? AuditKey.None, expected);

    /// <summary>The files in their order.</summary>
    public IEnumerable<string> Files() => Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(Path)!, "audit.log.0*").Order(StringComparer.Ordinal).Append(Path);

    public string[] Lines() => System.IO.File.ReadAllLines(Path);

    public void Dispose() => File.Dispose();
}
