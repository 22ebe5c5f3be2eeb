using System.Globalization;
using Vitrine.DotNet;
using Vitrine.DotNet.Runtime;
using Vitrine.DotNet.Writing;
using Vitrine.Instruments;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Worker;

/// <summary>Writes what instruments see to a folder, one file for each look; a thread of its own does it, so that it goes on when the thread pool starves.</summary>
sealed class ProfileFolder(string folder, InstrumentRegistry instruments, TimeSpan interval)
{
    // Files that are kept of each instrument.
    const int Keep = 10;

    // How long those that record watch.
    readonly TimeSpan _watch = interval < TimeSpan.FromSeconds(1) ? interval : TimeSpan.FromSeconds(1);

    public void Begin(CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        new Thread(() => Run(stop)) { IsBackground = true, Name = "profiles" }.Start();
    }

    void Run(CancellationToken stop)
    {
        using var reader = new RuntimeReader();
        do
        {
            foreach (var instrument in instruments.All)
            {
                if (stop.IsCancellationRequested) return;
                Look(instrument.Name, () => Write(instrument, stop), stop);
            }
            Look("figures", () => AtomicFile.Write(NewFile("figures", ".prom"), stream =>
            {
                reader.Capture(out var snapshot);
                RuntimeWriter.Write(snapshot, RuntimeFormat.Prometheus, stream);
            }), stop);
        }
        while (!stop.WaitHandle.WaitOne(interval));
    }

    // Looking is no reason to end the worker, which an exception on this thread would.
    static void Look(string name, Action look, CancellationToken stop)
    {
        try
        {
            look();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The worker ends.
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"{name}: {e.Message} {(e as InstrumentUnavailableException)?.Advice}");
        }
    }

    void Write(IInstrument instrument, CancellationToken stop)
    {
        if (instrument.AvailableFor(SelfTarget.Instance) is { CanLook: false }) return;
        var profile = instrument switch
        {
            IProfileRecorder recorder => recorder.Record(SelfTarget.Instance, _watch, stop).Look.Result,
            IProfileInstrument snapshot => snapshot.Collect(SelfTarget.Instance, stop).Result,
            _ => null,
        };
        if (profile is not null) ProfileWriter.WriteFile(profile, NewFile(instrument.Name, ".pb.gz"));
    }

    string NewFile(string name, string extension)
    {
        var old = Directory.GetFiles(folder, $"{name}-*{extension}");
        Array.Sort(old, StringComparer.Ordinal);
        foreach (var file in old.SkipLast(Keep - 1))
            File.Delete(file);
        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{DateTime.UtcNow:yyyyMMdd'T'HHmmss'.'fff}{extension}"));
    }
}
