using System.Buffers.Binary;

namespace Vitrine.Go.Profiles;

/// <summary>One bucket of a runtime profile: a stack and what was counted for it.</summary>
/// <param name="Address">Where the bucket is in the target; it is never freed.</param>
/// <param name="ObjectSize">Size of the objects that were allocated, in bytes; 0 for block and mutex buckets.</param>
/// <param name="Stack">Return addresses, leaf first.</param>
sealed record ProfileBucket(ulong Address, ulong ObjectSize, ulong[] Stack)
{
    /// <summary>The counters as read last; they move while the process runs.</summary>
    public byte[] Counters { get; set; } = [];

    /// <summary>Whether two readings of the counters agreed.</summary>
    public bool IsStable { get; set; }

    /// <summary>A word of the counters.</summary>
    public ulong Word(int index) => BinaryPrimitives.ReadUInt64LittleEndian(Counters.AsSpan(index * 8));
}
