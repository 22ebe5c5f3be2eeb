using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Outside;

/// <summary>The memory of a process that may end: from then on nothing is readable, which is no error for stacks that were copied before.</summary>
sealed class CodeMemory(IMemoryReader memory) : IMemoryReader
{
    bool _isGone;

    public int PointerSize => memory.PointerSize;

    public int Read(ulong address, Span<byte> destination)
    {
        if (_isGone)
            return 0;
        try
        {
            return memory.Read(address, destination);
        }
        catch (TargetGoneException)
        {
            _isGone = true;
            return 0;
        }
    }

    public void Read(ReadPlan plan) => memory.Read(plan);
}
