using System.Runtime.InteropServices;
using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Memory;

/// <summary>
/// An ELF file's PT_LOAD segments as memory at link-time addresses, as the loader would make it with bias 0: a pointer in the data of a
/// PIE is the link-time address of what it points to. Bytes beyond a segment's part of the file (.bss) read as zero.
/// The values a file image shows are initial values; a live process has others.
/// </summary>
public sealed class FileMemory : IMemoryReader
{
    readonly ElfFile file;
    readonly ElfSegment[] segments;
    readonly Lazy<ElfRelocations> relocations;

    /// <summary>The memory image of a file. Ask for <see cref="ElfFileMemory"/>, which makes one per file.</summary>
    public FileMemory(ElfFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        this.file = file;

        // An address range that wraps around is damage; such a segment is as good as absent.
        segments = [.. file.Segments
            .Where(s => s is { Type: ElfSegment.Load, MemorySize: > 0 } && s.Address <= ulong.MaxValue - s.MemorySize)
            .OrderBy(s => s.Address)];
        relocations = new(() => ElfRelocations.Load(file));
    }

    /// <inheritdoc/>
    public int PointerSize => 8;

    /// <summary>Number of dynamic relocations that are applied to reads.</summary>
    /// <exception cref="BadBinaryException">There are more than <see cref="Limits.MaxRelocations"/>.</exception>
    public int RelocationCount => relocations.Value.Count;

    /// <inheritdoc/>
    /// <exception cref="BadBinaryException">The relocations are damaged or beyond a limit.</exception>
    public int Read(ulong address, Span<byte> destination)
    {
        var done = 0;
        while (done < destination.Length)
        {
            var at = unchecked(address + (ulong)done);
            var segment = Find(at);
            if (segment is null)
                break;

            var into = at - segment.Address;
            var part = destination[done..];
            part = part[..(int)Math.Min((ulong)part.Length, segment.MemorySize - into)];
            if (into < segment.FileSize)
            {
                part = part[..(int)Math.Min((ulong)part.Length, segment.FileSize - into)];
                var got = segment.Offset > ulong.MaxValue - into ? 0 : file.ReadAt(segment.Offset + into, part);
                done += got;
                if (got < part.Length)
                    break; // truncated file
            }
            else
            {
                part.Clear();
                done += part.Length;
            }
        }
        if (done > 0)
            relocations.Value.Apply(address, destination[..done]);
        return done;
    }

    /// <inheritdoc/>
    public void Read(ReadPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.ReadOneByOne(this);
    }

    ElfSegment? Find(ulong address)
    {
        // The last segment that starts at or before the address; segments of a sound file do not overlap.
        int low = 0, high = segments.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (segments[middle].Address <= address)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high >= 0 && segments[high].Contains(address) ? segments[high] : null;
    }
}
