using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests;

/// <summary>Many at once, with seeds: the order of threads is the machine's, what each of them does is not.</summary>
public sealed class LookGuardStressTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Admit_AThousandAtOnceWhileSwitchesTurn_NeverMoreThanMayAndEveryPlaceComesBack(int seed)
    {
        var options = Looks.Unlimited(looks: 3);
        options.Limits.MinimumIntervals["goroutine"] = TimeSpan.Zero;
        using var guard = new LookGuard(options);
        var running = new Counter();
        var ofCpu = new Counter();
        long allowed = 0, refused = 0;
        using var stop = new CancellationTokenSource();
        var turner = Task.Run(() =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                guard.Switches.Set(random.Next(4) switch { 0 => "all", 1 => "cpu", _ => "goroutine" }, random.Next(3) != 0, "turner");
                Thread.Yield();
            }
        });

        var callers = Enumerable.Range(0, 1000).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed * 10_000 + caller);
            for (var round = 0; round < 3; round++)
            {
                using var gone = new CancellationTokenSource();
                if (random.Next(4) == 0) gone.Cancel();
                var request = random.Next(3) switch
                {
                    0 => Looks.Of(Looks.Cpu, seconds: 1),
                    1 => Looks.Of(Looks.Goroutine, sharing: $"debug={random.Next(2)}"),
                    _ => Looks.Of(Looks.Heap),
                };
                var admission = await guard.Admit(request, gone.Token);
                if (!admission.IsAllowed)
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }
                Interlocked.Increment(ref allowed);
                using var permit = admission.Permit;
                var fate = random.Next(4);
                try
                {
                    if (fate == 0) continue;
                    await permit.Share(async end =>
                    {
                        using var one = running.Enter();
                        using var cpu = request.Subject == Looks.Cpu ? ofCpu.Enter() : null;
                        await Task.Yield();
                        if (fate == 1) throw new InvalidDataException("the instrument failed");
                        return "";
                    });
                    if (fate == 2) Assert.Null(permit.Complete(LookOutcomeKind.Answered, 1));
                }
                catch (Exception e) when (e is OperationCanceledException or InvalidDataException)
                {
                }
                if (random.Next(2) == 0) permit.Dispose();
            }
        })).ToArray();
        Assert.True(Task.WhenAll(callers).Wait(TimeSpan.FromSeconds(100)));
        stop.Cancel();
        Assert.True(turner.Wait(TimeSpan.FromSeconds(30)));

        // None at all, where a busy machine lets the switches rest while everything is off.
        Assert.InRange(running.Most, 0, 3);
        Assert.InRange(ofCpu.Most, 0, 1);
        Assert.Equal(3000, allowed + refused);
        // The last shared look may still end.
        Assert.True(SpinWait.SpinUntil(() => guard.Places == 0, TimeSpan.FromSeconds(30)), $"{guard.Places} places are still taken");
        Assert.Equal(0, guard.ActiveLooks);
        guard.Switches.Set("all", null, "turner");
        guard.Switches.Set("cpu", null, "turner");
        for (var i = 0; i < 10; i++)
        {
            var permits = Enumerable.Range(0, 3).Select(_ => guard.Permit(Looks.Of(Looks.Heap))).ToList();
            Assert.Equal(RefusalKind.TooMany, guard.Refusal(Looks.Of(Looks.Heap)).Kind);
            permits.ForEach(permit => permit.Dispose());
        }
    }

    [Fact]
    public void Set_OffAtTheMomentOfALook_NeverLeavesOneRunning()
    {
        using var guard = new LookGuard(Looks.Unlimited(looks: 100));
        for (var round = 0; round < 2000; round++)
        {
            using var together = new Barrier(2);
            LookPermit? permit = null;
            var look = Task.Run(() =>
            {
                together.SignalAndWait();
                permit = guard.Ask(Looks.Of(Looks.Heap)).Permit;
            });
            together.SignalAndWait();
            guard.Switches.Set("heap", false, "alice");
            Assert.True(look.Wait(TimeSpan.FromSeconds(30)));

            Assert.True(permit is null || permit.End.IsCancellationRequested, $"round {round}: a look runs that is switched off");
            permit?.Dispose();
            guard.Switches.Set("heap", true, "alice");
        }
        Assert.Equal(0, guard.Places);
    }

    sealed class Counter
    {
        int _now, _most;

        public int Most => _most;

        public IDisposable Enter()
        {
            var now = Interlocked.Increment(ref _now);
            int most;
            while ((most = Volatile.Read(ref _most)) < now && Interlocked.CompareExchange(ref _most, now, most) != most)
            {
            }
            return new Left(this);
        }

        sealed class Left(Counter counter) : IDisposable
        {
            public void Dispose() => Interlocked.Decrement(ref counter._now);
        }
    }
}
