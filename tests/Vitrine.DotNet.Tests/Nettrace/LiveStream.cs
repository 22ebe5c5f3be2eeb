using System.Diagnostics.Tracing;
using Vitrine.DotNet.Diagnostics;

namespace Vitrine.DotNet.Tests.Nettrace;

/// <summary>A stream of this process's own events, with a bit of everything: contention, exceptions, collections, sampled allocations, and the list of methods at the end.</summary>
static class LiveStream
{
    static readonly Lazy<byte[]> s_bytes = new(Record);

    /// <summary>Recorded once.</summary>
    public static byte[] Bytes => s_bytes.Value;

    static byte[] Record()
    {
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [EventProvider.Runtime(RuntimeKeywords.Gc | RuntimeKeywords.Contention | RuntimeKeywords.Exception | RuntimeKeywords.Threading | RuntimeKeywords.AllocationSampling)],
            Rundown = true,
            RundownKeywords = RuntimeKeywords.Loader | RuntimeKeywords.Jit | RuntimeKeywords.Ngen | RuntimeKeywords.JittedMethodIlToNativeMap,
        });
        var gate = new object();
        var threads = Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            for (var i = 0; i < 30; i++)
            {
                lock (gate) Thread.Sleep(1);
                GC.KeepAlive(new byte[20_000 + number]);
                try
                {
                    throw new InvalidOperationException($"{number}/{i}");
                }
                catch (InvalidOperationException)
                {
                }
            }
        })).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        for (var i = 0; i < 200; i++)
            GC.KeepAlive(new byte[100_000]);
        GC.Collect();
        var end = recording.Stop();
        Assert.Equal("", end.Problem);
        using var bytes = new MemoryStream();
        recording.CopyTo(bytes);
        return bytes.ToArray();
    }
}
