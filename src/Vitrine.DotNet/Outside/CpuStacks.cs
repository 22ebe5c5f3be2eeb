using System.Buffers;
using System.Runtime.InteropServices;
using Vitrine.DotNet.Unwinding;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>One place where processor time went.</summary>
/// <param name="Frames">Kernel and user frames, innermost first; the last may be <see cref="CpuStacks.Truncated"/>.</param>
/// <param name="Thread">The thread, by its own id; 0 when nobody asked.</param>
/// <param name="Name">The thread's name.</param>
readonly record struct CpuPlace(ulong[] Frames, int Thread, string Name)
{
    public bool Equals(CpuPlace other) => Thread == other.Thread && Name == other.Name && Frames.AsSpan().SequenceEqual(other.Frames);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(Frames.AsSpan()));
        hash.Add(Thread);
        return hash.ToHashCode();
    }
}

/// <summary>
/// Unwinds samples and counts equal ones. A sample waits a second before it is unwound: until then the runtime has told of the methods that it compiled shortly before. Not thread-safe.
/// </summary>
sealed class CpuStacks(StackUnwinder unwinder, ManagedCode managed, LiveMethods methods, OutsideCpuOptions options, long mostWaitingBytes = CpuStacks.MostWaitingBytes)
{
    /// <summary>Added to the reason of a walk's end it is no address of a frame: the first page is never code.</summary>
    public const ulong Truncated = 1;

    const int MostWaiting = 1 << 16;

    // A second and a half of samples of 16 KB at 99 a second on 100 processors; the ring that they come from is limited too.
    public const long MostWaitingBytes = 256L << 20;
    static readonly long s_patience = TimeSpan.FromSeconds(1).Ticks / TimeSpan.TicksPerMillisecond;

    readonly Queue<(long At, byte[] Record, int Length)> _waiting = [];
    readonly Dictionary<CpuPlace, long> _places = [];
    readonly StackCopy _copy = new();
    readonly ulong[] _frames = new ulong[options.MaximumFrames + 64];
    byte[] _stack = new byte[OutsideCpuOptions.LargestStack];
    long _listed;

    /// <summary>What was seen, with how often.</summary>
    public IReadOnlyDictionary<CpuPlace, long> Places => _places;

    /// <summary>Samples that are counted.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of memory that the waiting samples take.</summary>
    public long WaitingBytes { get; private set; }

    /// <summary>Samples that were thrown away because there was no room.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Samples whose outer frames are missing, by reason.</summary>
    public Dictionary<UnwindEndKind, long> Ends { get; } = [];

    /// <summary>Keeps a copy of a record.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (_waiting.Count >= MostWaiting || WaitingBytes >= mostWaitingBytes)
        {
            LeftOut++;
            return;
        }
        var copy = ArrayPool<byte>.Shared.Rent(record.Length);
        WaitingBytes += copy.Length;
        record.CopyTo(copy);
        _waiting.Enqueue((Environment.TickCount64, copy, record.Length));
    }

    /// <summary>Unwinds what has waited long enough, or all of it.</summary>
    public void Unwind(bool all)
    {
        if (_waiting.Count == 0)
            return;
        if (methods.Refresh() && methods.Map.Count > 0)
            managed.Methods = methods.Map.TryFindCode;
        var now = Environment.TickCount64;
        while (_waiting.TryPeek(out var next) && (all || now - next.At >= s_patience))
        {
            _waiting.Dequeue();
            WaitingBytes -= next.Record.Length;
            Tally(new CpuSample(next.Record.AsSpan(0, next.Length)));
            ArrayPool<byte>.Shared.Return(next.Record);
        }
    }

    /// <summary>Lists the mappings again, at most five times a second.</summary>
    bool TryListCode()
    {
        if (Environment.TickCount64 - _listed < 200)
            return false;
        _listed = Environment.TickCount64;
        try
        {
            unwinder.Code.Refresh();
            return true;
        }
        catch (Exception e) when (e is TargetGoneException or AccessDeniedException)
        {
            return false;
        }
    }

    void Tally(CpuSample sample)
    {
        if (!sample.IsValid)
        {
            LeftOut++;
            return;
        }
        var stack = sample.Stack;
        stack.CopyTo(_stack);
        var kernel = sample.Kernel;
        kernel.CopyTo(_frames);
        var registers = sample.Registers;
        _copy.Set(registers[UnwindArchitecture.OfThisMachine.StackPointer], _stack, stack.Length);
        var room = _frames.AsSpan(kernel.Length, options.MaximumFrames);
        var found = unwinder.Unwind(registers, _copy, room, out var end);
        // Code that was mapped since the mappings were listed.
        if (end.Kind is UnwindEndKind.NoCode or UnwindEndKind.NoFrame && TryListCode())
        {
            found = unwinder.Unwind(registers, _copy, room, out end);
        }
        var length = kernel.Length + found;
        if (!end.IsBottom)
        {
            _frames[length++] = Truncated + (ulong)end.Kind;
            Ends[end.Kind] = Ends.GetValueOrDefault(end.Kind) + 1;
        }
        var place = new CpuPlace(_frames[..length], options.WithThreadIds ? sample.Thread : 0, sample.Name);
        ref var seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, place, out var exists);
        if (!exists && _places.Count > options.MaximumStacks)
        {
            _places.Remove(place);
            LeftOut++;
            return;
        }
        seen++;
        Count++;
    }
}
