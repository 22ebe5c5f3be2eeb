namespace Vitrine.Linux.Kernel;

/// <summary>Takes the records of a ring, one after another, on the thread that drains it.</summary>
public interface IPerfRecordSink
{
    /// <summary>One record with its header of 8 bytes; valid during the call.</summary>
    void OnRecord(PerfRecordType type, ReadOnlySpan<byte> record);
}
