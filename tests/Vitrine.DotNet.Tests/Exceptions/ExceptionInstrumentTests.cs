using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Exceptions;
using Vitrine.DotNet.Tests.Events;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.DotNet.Tests.Exceptions;

/// <summary>Exceptions are counted in the whole process: nothing else runs beside.</summary>
public sealed class ExceptionInstrumentTests(ITestOutputHelper output)
{
    // The runtime names a nested type by its own name only.
    sealed class Storm : Exception
    {
        public Storm()
            : base("card 4111 1111 1111 1111")
        {
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Thrower() => throw new Storm();

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Rethrower()
    {
        try
        {
            Thrower();
        }
        catch (Storm)
        {
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task Awaiter()
    {
        await Task.Yield();
        Thrower();
    }

    static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is Storm or NullReferenceException or FormatException)
        {
        }
    }

    (Profile Profile, Dictionary<string, long> Truth, long Lost) Record(ExceptionOptions options, Action work)
    {
        ConcurrentDictionary<string, int> truth = new();
        void Count(object? sender, FirstChanceExceptionEventArgs e) => truth.AddOrUpdate(e.Exception is Storm ? nameof(Storm) : e.Exception.GetType().FullName!, 1, static (_, count) => count + 1);
        var recording = While.Recording(RuntimeKeywords.Exception, stop => new ExceptionInstrument(options).Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), () =>
        {
            AppDomain.CurrentDomain.FirstChanceException += Count;
            try
            {
                work();
            }
            finally
            {
                AppDomain.CurrentDomain.FirstChanceException -= Count;
            }
        });
        output.WriteLine(recording.Look.Result.Text());
        return (recording.Look.Result, truth.ToDictionary(static one => one.Key, static one => (long)one.Value), recording.Lost);
    }

    static Dictionary<string, long> ByType(Profile profile) =>
        profile.Samples.GroupBy(static one => one.Labels.Text("type")!).ToDictionary(static one => one.Key, static one => one.Sum(static sample => sample.Values[0]));

    /// <summary>The handler of first-chance exceptions is the truth.</summary>
    [Fact]
    public void Record_EveryKind_IsCountedExactly()
    {
        var (profile, truth, lost) = Record(new() { SeeRethrows = true }, static () =>
        {
            for (var i = 0; i < 20; i++)
            {
                Quietly(Thrower);
                Quietly(Rethrower);
                Quietly(static () => Awaiter().GetAwaiter().GetResult());
                Quietly(static () => GC.KeepAlive(((string)null!).Length));
                Quietly(static () => int.Parse("x"));
            }
        });

        Assert.Equal(0, lost);
        Assert.Equal(truth.OrderBy(static one => one.Key, StringComparer.Ordinal), ByType(profile).OrderBy(static one => one.Key, StringComparer.Ordinal));
        Assert.Equal(20, profile.Samples.Where(static one => one.Labels.Text("rethrown") == "throw").Sum(0));
        Assert.Equal(20, profile.Samples.Where(static one => one.Labels.Text("rethrown") == "await").Sum(0));
        // Thrown: by the thrower itself, the rethrower, the async method.
        Assert.Equal(60, profile.With(".Thrower").Where(static one => one.Labels.Text("rethrown") is null).Sum(0));
        Assert.Equal($"{typeof(ExceptionInstrumentTests).FullName}.Thrower", profile.FunctionsOf(profile.With(".Thrower")[0]).First().Name);
    }

    [Fact]
    public void Record_AStormOnSeveralThreads_IsCountedExactlyAndFound()
    {
        const int Each = 2_000;
        var (profile, truth, lost) = Record(new(), static () => Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, static _ =>
        {
            for (var i = 0; i < Each; i++) Quietly(Thrower);
        }));

        Assert.Equal(0, lost);
        Assert.Equal(4 * Each, truth[nameof(Storm)]);
        Assert.Equal(truth, ByType(profile));
        Assert.Equal(4 * Each, profile.With(".Thrower").Sum(0));
    }

    [Fact]
    public void Record_Messages_AreKeptOnlyWhenAllowed()
    {
        foreach (var allowed in (bool[])[false, true])
        {
            var (profile, _, _) = Record(new() { KeepMessages = allowed }, static () => Quietly(Thrower));
            var bytes = new MemoryStream();
            ProfileWriter.Write(profile, bytes, gzip: false);

            Assert.Equal(allowed, System.Text.Encoding.UTF8.GetString(bytes.ToArray()).Contains("4111", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Record_MoreThanTheBudget_IsCutOffAndSaysSo()
    {
        var recording = new ExceptionInstrument(new() { Budget = EventBudget.Default with { EventsPerSecond = 100 } });
        using var stop = new CancellationTokenSource();
        var storm = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested) Quietly(Thrower);
        });
        var look = recording.Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), default).Look;
        stop.Cancel();
        storm.GetAwaiter().GetResult();

        Assert.Contains(look.Notes, static note => note.StartsWith("Cut off after", StringComparison.Ordinal));
        Assert.True(look.Duration < TimeSpan.FromSeconds(50));
        Assert.False(While.IsOn(RuntimeKeywords.Exception));
    }
}
