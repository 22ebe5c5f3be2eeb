namespace Vitrine.Go.Goroutines;

/// <summary>What a goroutine dump reads, and the bounds it keeps. Everything in the target's memory is untrusted, so every loop has one.</summary>
public sealed record GoroutineDumpOptions
{
    /// <summary>The defaults: everything but the arguments of the frames.</summary>
    public static GoroutineDumpOptions Default { get; } = new();

    /// <summary>
    /// Frames followed per stack. A deeper stack is cut there and marked incomplete. The runtime itself prints the first and the last
    /// 50 frames of a stack, so a smaller value would lose the outermost frames.
    /// </summary>
    public int MaxDepth { get; init; } = 20_000;

    /// <summary>Bytes of one stack read at most, from the stack pointer upwards. Go's own default limit of a stack is 1 GB.</summary>
    public int MaxStackBytes { get; init; } = 64 << 20;

    /// <summary>Goroutines (live and dead) read at most; a count above it is a torn or damaged list.</summary>
    public int MaxGoroutines { get; init; } = 50_000_000;

    /// <summary>How often a goroutine that changed while it was read is read again before it counts as torn.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>
    /// Time after which reading gives up with a TimeoutException. A million goroutines take about a second; a damaged or hostile process could
    /// otherwise keep the reader busy for hours within all the other limits.
    /// </summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Read the arguments of every frame, as <c>debug=2</c> prints them. Arguments can hold secrets and cost a second pass.</summary>
    public bool WithArguments { get; init; }

    /// <summary>Find out what each parked goroutine waits for: channel, lock, network descriptor.</summary>
    public bool WithWaits { get; init; } = true;

    /// <summary>Also find out what the file descriptors are that goroutines wait for: addresses and states of sockets, which costs a look at the kernel's tables.</summary>
    public bool WithSockets { get; init; } = true;

    /// <summary>Read the pprof labels.</summary>
    public bool WithLabels { get; init; } = true;

    /// <summary>Include the runtime's own goroutines, which <c>debug=2</c> leaves out (garbage collector workers, scavenger, …).</summary>
    public bool WithSystemGoroutines { get; init; }

    /// <summary>Labels read per goroutine at most.</summary>
    public int MaxLabels { get; init; } = 256;

    /// <summary>Bytes of one label key or value at most; longer ones are cut.</summary>
    public int MaxLabelBytes { get; init; } = 4096;

    /// <summary>Cases of one select statement followed at most. Go allows 65,536.</summary>
    public int MaxSelectCases { get; init; } = 65_536;
}
