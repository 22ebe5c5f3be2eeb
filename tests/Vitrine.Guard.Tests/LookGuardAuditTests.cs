using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Vitrine.Guard.Audit;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests;

public sealed class LookGuardAuditTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly ManualTime _time = new();
    readonly ListLoggers _loggers = new();

    public void Dispose() => _folder.Dispose();

    LookGuard Guard(Action<GuardOptions>? configure = null)
    {
        var options = Looks.Unlimited();
        options.Audit.File = _folder["audit.log"];
        configure?.Invoke(options);
        return new(options, _loggers, _time);
    }

    List<JsonElement> Records() => [.. File.ReadAllLines(_folder["audit.log"]).Select(line => JsonDocument.Parse(line).RootElement)];

    static string[] Of(JsonElement record, params string[] names) => [.. names.Select(name => record.TryGetProperty(name, out var value) ? value.ToString() : "")];

    [Fact]
    public void Admit_ALookThatLasts_IsRecordedBeforeItBeginsAndBeforeItsAnswerLeaves()
    {
        using var guard = Guard();
        using var permit = guard.Permit(Looks.Of(Looks.Cpu, 10) with { How = "seconds=10" });

        Assert.Equal(["begun", permit.Id, "local", "pprof:read:cpu", "10000", "seconds=10"], Of(Records()[^1], "event", "look", "who", "what", "asked_ms", "how"));
        _time.Advance(TimeSpan.FromSeconds(10.25));
        Assert.Null(permit.Complete(LookOutcomeKind.Answered, 4711, new Dictionary<string, long> { ["email"] = 2 }));

        Assert.Equal(["ended", permit.Id, "local", "Local", "127.0.0.1", "http", "self", "10250", "4711", "Answered"], Of(Records()[^1], "event", "look", "who", "kind", "from", "door", "service", "took_ms", "bytes", "outcome"));
        Assert.Equal(2, Records()[^1].GetProperty("redactions").GetProperty("email").GetInt64());
        permit.Dispose();
        Assert.Equal(3, Records().Count);
        Assert.Null(AuditVerifier.Verify([_folder["audit.log"]], AuditKey.None).Break);
    }

    [Fact]
    public void Complete_ASecondTime_IsAFaultOfTheDoor()
    {
        using var guard = Guard();
        using var permit = guard.Permit(Looks.Of(Looks.Heap));
        permit.Complete(LookOutcomeKind.Answered, 1);

        Assert.Throws<InvalidOperationException>(() => permit.Complete(LookOutcomeKind.Answered, 1));
    }

    [Fact]
    public void Dispose_WithoutAnEnd_IsRecordedAsWhatItWas()
    {
        using var guard = Guard();
        using var gone = new CancellationTokenSource();
        guard.Permit(Looks.Of(Looks.Heap)).Dispose();
        var permit = guard.Permit(Looks.Of(Looks.Heap), gone.Token);
        gone.Cancel();
        permit.Dispose();

        Assert.Equal(["Failed", "Abandoned"], Records().Skip(1).Select(record => Of(record, "outcome")[0]));
    }

    [Fact]
    public void Complete_OfALookThatWasEnded_SaysWhy()
    {
        using var guard = Guard();
        using var permit = guard.Permit(Looks.Of(Looks.Heap));
        _time.Advance(TimeSpan.FromSeconds(30));

        permit.Complete(LookOutcomeKind.EndedEarly, 10);

        Assert.Equal(["EndedEarly", "cut off: it took longer than looks may"], Of(Records()[^1], "outcome", "reason"));
    }

    [Fact]
    public void Admit_Refused_RecordsTheStepAndThePrivateReason()
    {
        using var guard = Guard();
        guard.Refusal(Looks.Of(Looks.Cpu, 31));
        guard.Refusal(Looks.From("192.0.2.1", Looks.Heap));
        guard.Switches.Set("heap", false, "alice", reason: "sale");
        guard.Refusal(Looks.Of(Looks.Heap));

        var records = Records();
        Assert.Equal(["refused", "TooLong", "local", "31000"], Of(records[1], "event", "outcome", "who", "asked_ms"));
        Assert.Equal(["refused", "Forbidden", "", "192.0.2.1"], Of(records[2], "event", "outcome", "who", "from"));
        Assert.Equal(["switched", "heap", "False", "alice", "Request", "sale"], Of(records[3], "event", "switch", "on", "who", "kind", "reason"));
        Assert.Equal(["refused", "SwitchedOff"], Of(records[4], "event", "outcome"));
    }

    [Fact]
    public void Admit_WhereNothingCanBeRecorded_IsRefused()
    {
        using var guard = Guard(options => options.Audit.File = _folder["no-folder/audit.log"]);

        var refusal = guard.Refusal(Looks.Of(Looks.Cpu, 1));
        using var permit = guard.Permit(Looks.Of(Looks.Heap));

        Assert.Equal(RefusalKind.Unavailable, refusal.Kind);
        Assert.Equal(RefusalKind.Unavailable, permit.Complete(LookOutcomeKind.Answered, 1)!.Kind);
        Assert.Equal(1, guard.Places);
        Assert.Contains(_loggers.Messages, message => message.Contains("The audit log cannot be written", StringComparison.Ordinal));
        // What must stop stops all the same.
        Assert.Null(guard.Switches.Set("all", false, "alice"));
        Assert.True(permit.End.IsCancellationRequested);

        Directory.CreateDirectory(_folder["no-folder"]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(guard.Switches.Set("all", true, "alice"));
        guard.Permit(Looks.Of(Looks.Cpu, 1)).Dispose();
    }

    [Fact]
    public void Admit_ALoggerThatThrows_IsRefused()
    {
        _loggers.Fails = true;
        using var guard = Guard();

        Assert.Equal(RefusalKind.Unavailable, guard.Refusal(Looks.Of(Looks.Cpu, 1)).Kind);
    }

    [Fact]
    public void Admit_RefusedTenThousandTimes_FillsNoDisk()
    {
        using var guard = Guard(options =>
        {
            options.Audit.RefusalsPerMinute = 60;
            options.Audit.RefusalsBurst = 20;
        });
        for (var i = 0; i < 10_000; i++) guard.Refusal(Looks.From($"192.0.2.1", Looks.Heap));
        for (var i = 0; i < 100; i++) guard.Refusal(Looks.Of(Looks.Cpu, 31));

        using var permit = guard.Permit(Looks.Of(Looks.Cpu, 1));

        var records = Records();
        Assert.Equal(1 + 20 + 20 + 1, records.Count);
        // Nobody known does not take the place of who is; and none is lost from the count.
        Assert.Equal(20, records.Count(record => Of(record, "outcome")[0] == "TooLong"));
        Assert.Equal(10_100 - 40, records.Sum(record => record.TryGetProperty("not_written", out var count) ? count.GetInt64() : 0));
    }

    [Fact]
    public void Admit_NobodyKnownTooOften_IsTooManyAndSomebodyKnownFromThereIsNot()
    {
        using var guard = Guard(options =>
        {
            options.Limits.FailedAttemptsBurst = 5;
            options.Limits.FailedAttemptsPerMinute = 60;
        });
        var forwarded = Looks.Of(Looks.Heap) with { Credentials = new() { Address = IPAddress.Loopback, ForwardedFor = ["192.0.2.1"] } };

        var kinds = Enumerable.Range(0, 7).Select(_ => guard.Refusal(forwarded).Kind).ToList();

        Assert.Equal([.. Enumerable.Repeat(RefusalKind.Forbidden, 5), RefusalKind.TooMany, RefusalKind.TooMany], kinds);
        guard.Permit(Looks.Of(Looks.Heap)).Dispose();
    }

    [Fact]
    public void Apply_AnotherFile_BeginsThere()
    {
        using var guard = Guard();
        guard.Permit(Looks.Of(Looks.Heap)).Dispose();
        var options = Looks.Unlimited();
        options.Audit.File = _folder["other.log"];

        guard.Apply(options);
        guard.Permit(Looks.Of(Looks.Heap)).Dispose();

        Assert.Equal(["opened", "configured", "ended"], File.ReadAllLines(_folder["other.log"]).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()));
        Assert.Equal(2, Records().Count);
        Assert.Null(AuditVerifier.Verify([_folder["audit.log"]], AuditKey.None).Break);
    }

    [Fact]
    public void Loggers_OfNamesThatWouldBeALine_GetOne()
    {
        using var guard = Guard();
        guard.Refusal(Looks.From("192.0.2.1", LookSubject.Pprof("a\nb\u2028\u001b[2Jc")));

        var message = Assert.Single(_loggers.Messages, one => one.Contains("refused", StringComparison.Ordinal));
        Assert.DoesNotContain(message, letter => char.IsControl(letter) || letter == '\u2028');
        Assert.Contains("pprof:read:a\\u000ab\\u2028\\u001b[2Jc", message, StringComparison.Ordinal);
    }

    [Fact]
    public void End_OfACallerWhoseTokenExpires_ComesThen()
    {
        var caller = new Caller { Name = "alice", Kind = CallerKind.Token, Permissions = new(["pprof:read:*"]), ValidUntil = _time.GetUtcNow().AddSeconds(5) };
        using var guard = Guard();
        var settings = guard.Settings;
        var request = Looks.Of(Looks.Cpu, 10);
        var result = new CallerResult(caller, default);
        using var permit = new LookPermit(guard, request, result, guard.Decide(request, result, settings), settings, default);
        permit.Start();

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal((true, LookEnd.Expired), (permit.End.IsCancellationRequested, permit.EndedBecause));
        Assert.Equal(RefusalReason.Expired, guard.Decide(request, result, settings).Reason);
    }

    /// <summary>Keeps what is logged.</summary>
    sealed class ListLoggers : ILoggerFactory, ILogger
    {
        public List<string> Messages { get; } = [];

        public bool Fails { get; set; }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Fails) throw new InvalidOperationException("the logger is broken");
            lock (Messages) Messages.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
