using Vitrine.DotNet.Methods;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Events;

/// <summary>A profile of events by their stacks of addresses.</summary>
sealed class EventProfile
{
    // What the runtime calls to write an event, and to begin to throw, is no place of the program.
    static readonly string[] Plumbing = ["System.Diagnostics.Tracing.", "System.Runtime.EH."];

    readonly MethodMap _methods;
    readonly FrameWriter _frames;

    /// <param name="methods">The methods of the process.</param>
    /// <param name="at">When the recording began.</param>
    /// <param name="watched">How long it took.</param>
    /// <param name="types">What is counted.</param>
    public EventProfile(MethodMap methods, DateTimeOffset at, TimeSpan watched, params ReadOnlySpan<SampleType> types)
    {
        _methods = methods;
        Builder = new(types.ToArray())
        {
            PeriodType = types[0], Period = 1, TimeNanos = (at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick, DurationNanos = watched.Ticks * TimeSpan.NanosecondsPerTick,
        };
        Names = new(NameOf);
        _frames = new(Builder, methods);
    }

    /// <summary>The profile that is made.</summary>
    public ProfileBuilder Builder { get; }

    /// <summary>Names of the addresses.</summary>
    public FrameNames Names { get; }

    FrameName NameOf(ulong address) => _methods.TryFind(address, out var frame, isReturnAddress: true) ? new(frame.Name, frame.Module) : FrameName.None;

    /// <summary>Adds a sample. A stack that was not kept, or that the runtime did not give, is said to be so.</summary>
    public void Add(ReadOnlySpan<ulong> stack, ReadOnlySpan<long> values, ReadOnlySpan<Label> labels)
    {
        var program = Program(stack);
        Builder.AddSample(program.IsEmpty ? [_frames.Named("(no stack)")] : _frames.Locations(program), values, labels);
    }

    /// <summary>A stack without what the runtime calls to report.</summary>
    public ReadOnlySpan<ulong> Program(ReadOnlySpan<ulong> stack)
    {
        var skip = 0;
        while (skip < stack.Length && IsPlumbing(Names[stack[skip]].Name))
            skip++;
        return stack[skip..];
    }

    static bool IsPlumbing(string name) => Array.Exists(Plumbing, one => name.StartsWith(one, StringComparison.Ordinal));

    /// <summary>The readable name of where in the program a stack is: the first method from the leaf that is not the framework's; the leaf's when all are.</summary>
    public string Place(ReadOnlySpan<ulong> stack)
    {
        stack = Program(stack);
        foreach (var address in stack)
            if (Names[address] is { Name.Length: > 0, IsFramework: false } frame)
                return frame.Name;
        return stack.Length > 0 ? Names[stack[0]].Name : "";
    }

    /// <summary>The finished profile: equal samples are one.</summary>
    public Profile Build(IEnumerable<string> notes)
    {
        foreach (var note in notes) Builder.Comments.Add(note);
        return Merge.Of([Builder.Build()]);
    }
}
