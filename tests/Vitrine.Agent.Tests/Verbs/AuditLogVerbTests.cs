using System.Net;
using System.Text.Json;
using Vitrine.Guard;
using Vitrine.Guard.Identity;

namespace Vitrine.Agent.Tests.Verbs;

public sealed class AuditLogVerbTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("vitrine-audit-").FullName;
    readonly string _log;

    public AuditLogVerbTests()
    {
        _log = Path.Combine(_folder, "audit.log");
        using var guard = new LookGuard(new() { Audit = { File = _log }, Switches = { Environment = "" } });
        using (var permit = Admit(guard, "127.0.0.1", "cpu", 10).Permit!)
            Assert.Null(permit.Complete(LookOutcomeKind.Answered, 52_431, new Dictionary<string, long> { ["email"] = 3 }));
        Assert.False(Admit(guard, "192.0.2.7", "heap", 0).IsAllowed);
        Assert.Null(guard.Switches.Set("trace", false, "alice", reason: "not during the sale"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Verify_ALogThatHolds_SaysHowMuchAndWithWhichHashItEnds()
    {
        var result = VitrineProgram.Run("audit-log", "verify", _log);

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.StartsWith("5 records hold, up to record 5\nlast hash: ", result.Output, StringComparison.Ordinal);
        var hash = result.Output.Split("last hash: ")[1].Trim();
        Assert.Equal(0, VitrineProgram.Run("audit-log", "verify", _log, "--expect", hash).ExitCode);
        File.WriteAllLines(_log, File.ReadAllLines(_log)[..^1]);
        Assert.Equal(10, VitrineProgram.Run("audit-log", "verify", _log, "--expect", hash).ExitCode);
    }

    [Fact]
    public void Verify_ALogThatWasChanged_NamesThePlace()
    {
        File.WriteAllText(_log, File.ReadAllText(_log).Replace("192.0.2.7", "192.0.2.8", StringComparison.Ordinal));

        var result = VitrineProgram.Run("audit-log", "verify", _log);

        Assert.Equal(10, result.ExitCode);
        Assert.Contains($"changed: {_log}:4: record 4 is not as it was written", result.Output, StringComparison.Ordinal);
        Assert.Contains("3 records hold", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_WhatCannotBe_IsAUsageOrAFileError()
    {
        Assert.Equal(7, VitrineProgram.Run("audit-log", "verify", Path.Combine(_folder, "nothing")).ExitCode);
        Assert.Equal(2, VitrineProgram.Run("audit-log", "verify", _log, "--expect", "abc").ExitCode);
        Assert.Equal(2, VitrineProgram.Run("audit-log", "verify").ExitCode);
    }

    [Fact]
    public void Show_WithFilters_ShowsThoseRecords()
    {
        var all = VitrineProgram.Run("audit-log", "show", _log).Output.TrimEnd('\n').Split('\n');
        var heap = VitrineProgram.Run("audit-log", "show", _log, "--what", "heap");
        var local = VitrineProgram.Run("audit-log", "show", _log, "--who", "local", "--since", "1h", "--json").Output.TrimEnd('\n').Split('\n');
        var later = VitrineProgram.Run("audit-log", "show", _log, "--since", "2100-01-01");

        Assert.Equal(5, all.Length);
        Assert.Contains("switch trace off", all[4], StringComparison.Ordinal);
        Assert.Contains("refused   nobody known  from 192.0.2.7  pprof:read:heap of self through http  [seconds=10]  -> Forbidden", heap.Output, StringComparison.Ordinal);
        Assert.Equal(["begun", "ended"], local.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()));
        Assert.Equal((0, ""), (later.ExitCode, later.Output));
    }

    [Fact]
    public void Show_LinesThatAreNoRecords_ShowsTheOthersAndSaysSo()
    {
        File.AppendAllText(_log, "\u001b[2Jsomething\n{\"event\":3}\n");

        var result = VitrineProgram.Run("audit-log", "show", _log);

        Assert.Equal(7, result.ExitCode);
        Assert.Equal(5, result.Output.TrimEnd('\n').Split('\n').Length);
        Assert.Contains("2 lines are no records", result.Errors, StringComparison.Ordinal);
    }

    static Admission Admit(LookGuard guard, string address, string instrument, double seconds)
    {
        var admission = guard.Admit(new()
        {
            Door = "http", Subject = LookSubject.Pprof(instrument), Duration = TimeSpan.FromSeconds(seconds), How = "seconds=10", Credentials = new Credentials { Address = IPAddress.Parse(address) },
        }, CancellationToken.None);
        return admission.IsCompletedSuccessfully ? admission.Result : throw new InvalidOperationException();
    }
}
