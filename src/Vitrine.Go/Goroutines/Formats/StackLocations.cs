using Vitrine.Go.Profiles;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.Go.Goroutines.Formats;

/// <summary>Profile locations of goroutines' stacks, as runtime/pprof writes them.</summary>
internal sealed class StackLocations
{
    /// <summary>Stands for a stack that cannot be known: in a profile every goroutine counts, and a sample without a frame would vanish from every view.</summary>
    private const string RunningFrame = "(running: its stack cannot be seen from outside)";

    private const string TornFrame = "(torn: it changed while it was read)";

    private readonly ReadContext _context;
    private readonly ProfileBuilder _builder;
    private readonly PprofStacks _stacks;
    private readonly List<int> _locations = [];

    /// <param name="context">The target.</param>
    /// <param name="maps">What the process has mapped.</param>
    /// <param name="builder">Receives mappings, functions and locations.</param>
    public StackLocations(ReadContext context, IEnumerable<MemoryMap> maps, ProfileBuilder builder)
    {
        _context = context;
        _builder = builder;
        var mappings = new ExecutableMappings(maps, context.Binary.Elf.BuildId, builder);
        _stacks = new PprofStacks(context.Binary.Functions, context.Binary.Version, context.Bias, builder, mappings.IndexOf);
    }

    /// <summary>The locations of a stack.</summary>
    /// <param name="pcs">As the walker gives them, innermost first.</param>
    public int[] Of(ReadOnlySpan<ulong> pcs)
    {
        ulong[] calls = new ulong[pcs.Length];
        for (int i = 0; i < calls.Length; i++)
            calls[i] = unchecked(ArgumentStore.CallPc(_context, pcs[i]) + _context.Bias);
        _locations.Clear();
        _stacks.AppendGoroutine(calls, _locations);
        return [.. _locations];
    }

    /// <summary>One frame in the place of a stack that could not be read.</summary>
    public int[] Missing(StackStatus status) => Placeholder(status == StackStatus.Torn ? TornFrame : RunningFrame);

    /// <summary>One frame of that name.</summary>
    public int[] Placeholder(string name) => [_builder.Location(-1, 0, [new Line(_builder.Function(name), 0)])];
}
