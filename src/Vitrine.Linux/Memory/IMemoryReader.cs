namespace Vitrine.Linux.Memory;

/// <summary>
/// A read-only view of an address space: a live process, a core dump, the image of a binary, or bytes in a test.
/// There is no member that writes, here or in any implementation: that is how "nothing is touched" is enforced.
/// What is read is untrusted: callers bound every length, count and loop that comes from it.
/// </summary>
public interface IMemoryReader
{
    /// <summary>Size of a pointer in the address space, in bytes.</summary>
    int PointerSize { get; }

    /// <summary>Reads as much of <paramref name="destination"/> as is readable without a hole, starting at <paramref name="address"/>.</summary>
    /// <returns>The number of bytes read; 0 when the first byte is not readable. An unmapped address is not an error.</returns>
    /// <exception cref="Processes.TargetGoneException">The process ended, or its pid belongs to another process now.</exception>
    /// <exception cref="Processes.AccessDeniedException">The kernel refuses; the exception names the command to type next.</exception>
    int Read(ulong address, Span<byte> destination);

    /// <summary>
    /// Reads every range of the plan with as few system calls as possible. A range that is not readable in full is marked
    /// (<see cref="ReadPlan.Ok"/> is false), it is not an error.
    /// </summary>
    /// <exception cref="Processes.TargetGoneException">The process ended, or its pid belongs to another process now.</exception>
    /// <exception cref="Processes.AccessDeniedException">The kernel refuses; the exception names the command to type next.</exception>
    void Read(ReadPlan plan);
}
