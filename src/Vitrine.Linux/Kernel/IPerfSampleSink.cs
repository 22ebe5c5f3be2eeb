namespace Vitrine.Linux.Kernel;

/// <summary>Takes the samples of this process, on the thread that drains them.</summary>
public interface IPerfSampleSink
{
    /// <summary>One sample; valid during the call.</summary>
    void OnSample(in PerfSample sample);

    /// <summary>A thread was given a name (at most 15 bytes, in whatever encoding the program chose).</summary>
    void OnThreadName(int threadId, ReadOnlySpan<byte> name);
}
