using Vitrine.DotNet.Cpu;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Cpu;

/// <summary>A recording of threads that are born after it began and end before it does, so that what they took by their own clocks is what the profile has to show of them.</summary>
sealed class Scene
{
    readonly Dictionary<string, long> _clocks = [];

    public required Recording Recording { get; init; }

    public Profile Profile => Recording.Look.Result;

    /// <summary>Nanoseconds that the threads of a name took by their own clocks.</summary>
    public long Clock(string name) => _clocks[name];

    public static Scene Play(CpuOptions options, params (string Name, Action Body, TimeSpan Budget)[] threads)
    {
        using var cancel = new CancellationTokenSource();
        var clocks = new Dictionary<string, long>();
        Exception? failure = null;
        // What is compiled and loaded once is no part of the scene.
        foreach (var work in Work.All) work();
        var director = new Thread(() =>
        {
            try
            {
                if (!SpinWait.SpinUntil(static () => { Thread.Sleep(1); return CpuInstrument.IsSampling; }, TimeSpan.FromSeconds(60))) return;
                var actors = threads.Select(one => new Thread(() =>
                {
                    var clock = Work.Until(one.Body, one.Budget);
                    // The runtime's sampler is weighed by clocks that are read ten times a second: what a thread took after the last reading before its end is not known.
                    if (options.Backend == CpuBackend.EventPipe) Thread.Sleep(400);
                    lock (clocks) clocks[one.Name] = clocks.GetValueOrDefault(one.Name) + clock;
                })
                { Name = one.Name }).ToList();
                actors.ForEach(static one => one.Start());
                actors.ForEach(static one => one.Join());
            }
            catch (Exception e)
            {
                failure = e;
            }
            finally
            {
                cancel.Cancel();
            }
        });
        director.Start();
        var recording = new CpuInstrument(options).Record(SelfTarget.Instance, TimeSpan.FromMinutes(3), cancel.Token);
        director.Join();
        Assert.Null(failure);
        var scene = new Scene { Recording = recording };
        foreach (var (name, clock) in clocks) scene._clocks[name] = clock;
        return scene;
    }

    /// <summary>Samples of threads of a name.</summary>
    public IEnumerable<Sample> Of(string thread) => Profile.Samples.Where(sample => sample.Labels.Any(label => label.Key == "thread" && label.Text == thread));

    /// <summary>Whether a function of <see cref="Work"/> is on the stack.</summary>
    public bool Has(Sample sample, string function) => Profile.FunctionsOf(sample).Any(one => one.Name == $"{typeof(Work).FullName}.{function}");

    public static long Count(IEnumerable<Sample> samples) => samples.Sum(static one => one.Values[0]);

    public static long Nanoseconds(IEnumerable<Sample> samples) => samples.Sum(static one => one.Values[1]);
}
