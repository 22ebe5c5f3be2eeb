using Vitrine.Guard.Tests.Fakes;
using Vitrine.TestTargets;

namespace Vitrine.Guard.Tests;

public sealed class LookGuardTests
{
    readonly ManualTime _time = new();

    LookGuard Guard(GuardOptions? options = null) => new(options ?? Looks.Unlimited(), null, _time);

    [Fact]
    public void Admit_MoreThanMayRunAtOnce_IsTooMany()
    {
        using var guard = Guard();
        var permits = Enumerable.Range(0, 3).Select(_ => guard.Permit(Looks.Of(Looks.Heap))).ToList();

        var refusal = guard.Refusal(Looks.Of(Looks.Heap));
        permits[0].Dispose();

        Assert.Equal(RefusalKind.TooMany, refusal.Kind);
        Assert.Equal(TimeSpan.FromSeconds(1), refusal.RetryAfter);
        guard.Permit(Looks.Of(Looks.Heap)).Dispose();
        permits.ForEach(permit => permit.Dispose());
        Assert.Equal(0, guard.ActiveLooks);
    }

    [Fact]
    public void Admit_ASecondRecordingOfOneInstrument_IsToldWhenTheFirstEnds()
    {
        using var guard = Guard();
        using var permit = guard.Permit(Looks.Of(Looks.Cpu, seconds: 30));
        _time.Advance(TimeSpan.FromSeconds(12.5));

        var refusal = guard.Refusal(Looks.Of(Looks.Cpu, seconds: 1));

        Assert.Equal((RefusalKind.TooMany, TimeSpan.FromSeconds(18)), (refusal.Kind, refusal.RetryAfter));
        guard.Permit(Looks.Of(Looks.Cpu, seconds: 1, service: "other")).Dispose();
        guard.Permit(Looks.Of(Looks.Heap, seconds: 1)).Dispose();
    }

    [Fact]
    public void Admit_LongerThanIsAllowed_IsTooLong()
    {
        using var guard = Guard();

        guard.Permit(Looks.Of(Looks.Cpu, seconds: 30)).Dispose();
        Assert.Equal(RefusalKind.TooLong, guard.Refusal(Looks.Of(Looks.Cpu, seconds: 30.001)).Kind);
        Assert.Equal(RefusalKind.TooLong, guard.Refusal(Looks.Of(Looks.Cpu, seconds: -1)).Kind);
    }

    [Theory]
    [InlineData(30, 40)]
    [InlineData(25, 35)]
    [InlineData(5, 30)]
    [InlineData(0, 30)]
    public void End_OfALookThatDoesNotEnd_ComesWithTheTimeToFinish(double seconds, double endsAfter)
    {
        using var guard = Guard();
        using var permit = guard.Permit(Looks.Of(Looks.Cpu, seconds));

        _time.Advance(TimeSpan.FromSeconds(endsAfter - 0.001));
        Assert.False(permit.End.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(0.001));

        Assert.True(permit.End.IsCancellationRequested);
        Assert.Equal(LookEnd.CutOff, permit.EndedBecause);
    }

    [Fact]
    public void End_WhenTheCallerGoes_IsNotTheGuards()
    {
        using var guard = Guard();
        using var gone = new CancellationTokenSource();
        using var permit = guard.Permit(Looks.Of(Looks.Cpu, 10), gone.Token);

        gone.Cancel();

        Assert.True(permit.End.IsCancellationRequested);
        Assert.Null(permit.EndedBecause);
    }

    [Fact]
    public void Set_OffDuringALook_EndsIt()
    {
        using var guard = Guard();
        using var cpu = guard.Permit(Looks.Of(Looks.Cpu, 10));
        using var heap = guard.Permit(Looks.Of(Looks.Heap));

        Assert.Null(guard.Switches.Set("cpu", false, "somebody"));

        Assert.Equal((true, LookEnd.SwitchedOff), (cpu.End.IsCancellationRequested, cpu.EndedBecause));
        Assert.False(heap.End.IsCancellationRequested);
        Assert.Equal(RefusalKind.SwitchedOff, guard.Refusal(Looks.Of(Looks.Cpu)).Kind);

        Assert.Null(guard.Switches.Set("all", false, "somebody"));
        Assert.Equal(LookEnd.SwitchedOff, heap.EndedBecause);
        Assert.Equal(RefusalKind.SwitchedOff, guard.Refusal(Looks.Of(Looks.Heap)).Kind);
        // Nobody could switch on again.
        guard.Permit(Looks.Of(LookSubject.WriteSwitch("all"))).Dispose();
    }

    [Fact]
    public void Admit_SomebodyWhoMayNot_LearnsNothingOfSwitchesAndLimits()
    {
        using var guard = Guard();
        guard.Switches.Set("heap", false, "somebody");
        using var cpu = guard.Permit(Looks.Of(Looks.Cpu, 10));

        var refusals = new[] { Looks.Heap, Looks.Cpu, LookSubject.Pprof("nothing") }.Select(subject => guard.Refusal(Looks.From("192.0.2.1", subject))).Distinct().ToList();

        Assert.Equal(RefusalKind.Forbidden, Assert.Single(refusals).Kind);
    }

    [Fact]
    public void Admit_MoreOftenThanTheRate_IsTooMany()
    {
        using var guard = Guard(new() { Limits = { RatePerMinute = 60, Burst = 5 }, Switches = { Environment = "" } });
        for (var i = 0; i < 5; i++) guard.Permit(Looks.Of(Looks.Heap)).Dispose();

        Assert.Equal((RefusalKind.TooMany, TimeSpan.FromSeconds(1)), guard.Refusal(Looks.Of(Looks.Heap)) is var refusal ? (refusal.Kind, refusal.RetryAfter!.Value) : default);
        guard.Permit(Looks.Of(LookSubject.Metrics)).Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));
        guard.Permit(Looks.Of(Looks.Heap)).Dispose();
        Assert.Equal(RefusalKind.TooMany, guard.Refusal(Looks.Of(Looks.Heap)).Kind);
    }

    [Fact]
    public void Admit_GoroutineTwiceWithinASecond_IsTooManyWhoeverAsks()
    {
        using var guard = Guard();
        guard.Permit(Looks.Of(Looks.Goroutine)).Dispose();

        Assert.Equal(TimeSpan.FromSeconds(1), guard.Refusal(Looks.Of(Looks.Goroutine)).RetryAfter);
        guard.Permit(Looks.Of(Looks.Goroutine, service: "other")).Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));
        guard.Permit(Looks.Of(Looks.Goroutine)).Dispose();
    }

    [Fact]
    public void Decide_ForSomebodyKnown_AllocatesNothing()
    {
        var options = Looks.Unlimited();
        options.Policy.Roles["owner"] = ["pprof:read:*", "metrics:read:*@shop"];
        using var guard = new LookGuard(options);
        var settings = guard.Settings;
        var allowed = Looks.Of(Looks.Heap);
        var atAService = Looks.Of(LookSubject.Metrics, service: "shop");
        var elsewhere = Looks.Of(LookSubject.Metrics, service: "cart");
        var refused = Looks.Of(Looks.Cpu, seconds: 31);
        var stranger = Looks.From("192.0.2.1", Looks.Heap);

        foreach (var request in (LookRequest[])[allowed, refused, stranger, atAService, elsewhere])
            Assert.Equal(0, AllocatedBytes.Of(() => Decide(request), rounds: 1000));

        void Decide(LookRequest request)
        {
            var finding = settings.Callers.Resolve(request.Credentials, default);
            var decision = guard.Decide(request, finding.IsCompletedSuccessfully ? finding.Result : throw new InvalidOperationException(), settings);
            guard.GiveBack(decision);
        }
    }

    [Fact]
    public void Apply_OptionsThatAreWrong_ChangesNothing()
    {
        using var guard = Guard();

        var problem = Assert.Throws<GuardOptionsException>(() => guard.Apply(new() { Limits = { Looks = 0, Burst = 0 } })).Problems;

        Assert.Equal(["Limits:Looks is 0: it may be 1 to 1000.", "Limits:Burst is 0: it may be 1 to 1000000."], problem);
        guard.Permit(Looks.Of(Looks.Heap)).Dispose();
    }

    [Fact]
    public void Apply_OtherLimits_HoldFromTheNextLookOn()
    {
        using var guard = Guard();
        using var first = guard.Permit(Looks.Of(Looks.Heap));

        guard.Apply(Looks.Unlimited(looks: 1));

        Assert.Equal(RefusalKind.TooMany, guard.Refusal(Looks.Of(Looks.Heap)).Kind);
        Assert.False(first.End.IsCancellationRequested);
    }

    [Fact]
    public void Dispose_OfTheGuard_EndsEverything()
    {
        var guard = Guard();
        using var permit = guard.Permit(Looks.Of(Looks.Heap));

        guard.Dispose();

        Assert.True(permit.End.IsCancellationRequested);
        Assert.Equal(RefusalKind.Unavailable, guard.Refusal(Looks.Of(Looks.Heap)).Kind);
    }

    // As people call it after Go's page: a switch that is believed to be off must not be on.
    [Fact]
    public void Admit_SwitchedOffByTheNameOfGosPage_IsSwitchedOff()
    {
        var options = Looks.Unlimited();
        options.Switches.Environment = "pprof_profile=0";
        using var guard = new LookGuard(options, null, _time);

        Assert.Equal(RefusalKind.SwitchedOff, guard.Refusal(Looks.Of(Looks.Cpu, 1)).Kind);
    }

    [Fact]
    public void Apply_AnEmptyNameOfAnAuditFile_IsNone()
    {
        var options = Looks.Unlimited();
        using var guard = new LookGuard(options, null, _time);
        options.Audit.File = "";
        options.Audit.KeyFile = " ";

        guard.Apply(options);

        guard.Permit(Looks.Of(Looks.Heap)).Dispose();
    }
}
