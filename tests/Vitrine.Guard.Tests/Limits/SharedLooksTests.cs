using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Limits;

public sealed class SharedLooksTests
{
    static readonly TimeSpan s_bound = TimeSpan.FromSeconds(30);

    readonly ManualTime _time = new();
    readonly TaskCompletionSource<string> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _looks;
    CancellationToken _stop;

    LookGuard Guard(int sharers = 100)
    {
        var options = Looks.Unlimited();
        options.Limits.Sharers = sharers;
        return new(options, null, _time);
    }

    static LookRequest Goroutine(string how = "debug=2") => Looks.Of(Looks.Goroutine, sharing: how);

    Task<string> Look(CancellationToken stop)
    {
        Interlocked.Increment(ref _looks);
        _stop = stop;
        stop.Register(() => _result.TrySetCanceled(stop));
        return _result.Task;
    }

    void WaitForTheLook() => Assert.True(SpinWait.SpinUntil(() => _stop.CanBeCanceled, s_bound));

    [Fact]
    public void Share_EqualRequestsAtOnce_AreOneLook()
    {
        using var guard = Guard();
        var permits = Enumerable.Range(0, 50).Select(_ => guard.Permit(Goroutine())).ToList();
        var answers = permits.Select(permit => permit.Share(Look)).ToArray();
        WaitForTheLook();

        _result.SetResult("the answer");

        Assert.True(Task.WhenAll(answers).Wait(s_bound));
        Assert.All(answers, answer => Assert.Same("the answer", answer.Result));
        Assert.Equal(1, _looks);
        permits.ForEach(permit => permit.Dispose());
        Assert.Equal((0, 0), (guard.ActiveLooks, guard.Places));
    }

    [Fact]
    public void Share_AfterTheLookHasEnded_IsNotThatLook()
    {
        using var guard = Guard();
        using var first = guard.Permit(Goroutine());
        var answer = first.Share(Look);
        _result.SetResult("old");
        Assert.True(answer.Wait(s_bound));

        Assert.Equal(RefusalKind.TooMany, guard.Refusal(Goroutine()).Kind);
        _time.Advance(TimeSpan.FromSeconds(1));
        using var second = guard.Permit(Goroutine());
        Assert.Equal("new", second.Share(_ => Task.FromResult("new")).Result);
    }

    [Fact]
    public void Admit_TheSameInAnotherWay_IsAnotherLook()
    {
        using var guard = Guard();
        using var first = guard.Permit(Goroutine("debug=2"));

        Assert.Equal(RefusalKind.TooMany, guard.Refusal(Goroutine("debug=1")).Kind);
    }

    [Fact]
    public void Share_WhenOneGoes_GoesOnForTheOthers()
    {
        using var guard = Guard();
        using var gone = new CancellationTokenSource();
        var leader = guard.Permit(Goroutine(), gone.Token);
        var follower = guard.Permit(Goroutine());
        var his = leader.Share(Look);
        var mine = follower.Share(Look);
        WaitForTheLook();

        gone.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => his.WaitAsync(s_bound).GetAwaiter().GetResult());
        leader.Dispose();
        Assert.False(_stop.IsCancellationRequested);
        Assert.Equal(1, guard.Places);
        _result.SetResult("the answer");

        Assert.True(mine.Wait(s_bound));
        Assert.Equal("the answer", mine.Result);
        follower.Dispose();
        Assert.Equal(0, guard.Places);
    }

    [Fact]
    public void Share_WhenTheLastGoes_EndsTheLookAndKeepsThePlaceUntilThen()
    {
        using var guard = Guard();
        var holdsOut = new TaskCompletionSource<string>();
        var permits = new[] { guard.Permit(Goroutine()), guard.Permit(Goroutine()) };
        foreach (var permit in permits)
        {
            _ = permit.Share(stop =>
            {
                _stop = stop;
                return holdsOut.Task;
            });
        }
        WaitForTheLook();

        permits[0].Dispose();
        Assert.False(_stop.IsCancellationRequested);
        permits[1].Dispose();

        Assert.True(SpinWait.SpinUntil(() => _stop.IsCancellationRequested, s_bound));
        // The instrument still works at it.
        Assert.Equal(1, guard.Places);
        holdsOut.SetResult("too late");
        Assert.True(SpinWait.SpinUntil(() => guard.Places == 0, s_bound));
    }

    [Fact]
    public void Share_ALookThatFails_FailsForAllAndGivesThePlaceBack()
    {
        using var guard = Guard();
        var permits = new[] { guard.Permit(Goroutine()), guard.Permit(Goroutine()) };
        var answers = permits.Select(permit => permit.Share<string>(Look)).ToArray();
        WaitForTheLook();

        _result.SetException(new InvalidDataException("broken"));

        Assert.All(answers, answer => Assert.Throws<InvalidDataException>(() => answer.WaitAsync(s_bound).GetAwaiter().GetResult()));
        Assert.Equal(0, guard.Places);
        Assert.All(permits, permit => permit.Dispose());
    }

    [Fact]
    public void Dispose_BeforeAnybodyHasLooked_GivesThePlaceBack()
    {
        using var guard = Guard();
        var first = guard.Permit(Goroutine());
        var second = guard.Permit(Goroutine());

        first.Dispose();
        Assert.Equal(1, guard.Places);
        // The one who began is gone; the one who came later looks.
        var answer = second.Share(_ => Task.FromResult("mine"));
        Assert.True(answer.Wait(s_bound));
        second.Dispose();

        Assert.Equal(0, guard.Places);
    }

    [Fact]
    public void Admit_MoreSharersThanOneLookMayHave_IsTooMany()
    {
        using var guard = Guard(sharers: 2);
        using var first = guard.Permit(Goroutine());
        using var second = guard.Permit(Goroutine());

        Assert.Equal(RefusalKind.TooMany, guard.Refusal(Goroutine()).Kind);
    }

    [Fact]
    public void Set_OffWhileManyShare_EndsItForAll()
    {
        using var guard = Guard();
        var permits = Enumerable.Range(0, 10).Select(_ => guard.Permit(Goroutine())).ToList();
        var answers = permits.Select(permit => permit.Share(Look)).ToList();
        WaitForTheLook();

        guard.Switches.Set("goroutine", false, "alice");

        Assert.All(answers, answer => Assert.ThrowsAny<OperationCanceledException>(() => answer.WaitAsync(s_bound).GetAwaiter().GetResult()));
        Assert.All(permits, permit => Assert.Equal(LookEnd.SwitchedOff, permit.EndedBecause));
        permits.ForEach(permit => permit.Dispose());
        Assert.True(SpinWait.SpinUntil(() => guard.Places == 0, s_bound));
    }

    [Fact]
    public void Share_ByOneAfterTheOther_IsCutOffAllTheSame()
    {
        using var guard = Guard();
        using var first = guard.Permit(Goroutine());
        var answer = first.Share(Look);
        WaitForTheLook();
        for (var i = 0; i < 29; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            guard.Permit(Goroutine()).Dispose();
        }
        Assert.False(_stop.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.True(SpinWait.SpinUntil(() => _stop.IsCancellationRequested, s_bound));
        Assert.ThrowsAny<OperationCanceledException>(() => answer.WaitAsync(s_bound).GetAwaiter().GetResult());
        Assert.True(SpinWait.SpinUntil(() => guard.Places == 0, s_bound));
    }

    [Fact]
    public void Admit_RawAndNot_OrByOtherRules_AreNeverOneLook()
    {
        var options = Looks.Unlimited(10);
        options.Policy.Roles["owner"] = ["pprof:read:*", "pprof:raw:*"];
        options.Limits.MinimumIntervals["goroutine"] = TimeSpan.Zero;
        using var guard = new LookGuard(options, null, _time);
        using var first = guard.Permit(Goroutine("the same words"));
        Assert.Equal(1, guard.Places);
        using var raw = guard.Permit(Goroutine("the same words") with { IsRaw = true });
        Assert.Equal(2, guard.Places);
        guard.Apply(options);
        using var later = guard.Permit(Goroutine("the same words"));
        Assert.Equal(3, guard.Places);
    }
}
