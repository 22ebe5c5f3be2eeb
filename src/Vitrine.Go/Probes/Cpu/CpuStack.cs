using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Probes.Cpu;

/// <summary>
/// Makes the stack of a sample out of what the kernel program saw: the chain of return addresses by frame pointers, and beside it what frame pointers miss.
/// Nothing is put in that the frame sizes of the binary do not confirm; where a caller is known to be missing, <see cref="Unknown"/> stands in its place.
/// One for each target; not thread-safe.
/// </summary>
/// <param name="functions">The binary's functions.</param>
/// <param name="version">From Go 1.21 on, assembly that calls has a frame of its own: systemstack and asmcgocall save the frame pointer.</param>
/// <param name="bias">Run-time address minus link-time address.</param>
/// <param name="code">The binary's code at link-time addresses; null leaves out the check that a word of the stack is the return address of a call of the function below it.</param>
sealed class CpuStack(FunctionTable functions, GoVersion version, ulong bias, IMemoryReader? code = null)
{
    /// <summary>Frame pointer minus stack pointer in the caller of duffzero and duffcopy, and in these, which have no frame, themselves.</summary>
    const int BeforeDuff = -16, InDuff = -8;

    /// <summary>Stands for callers that are there and not known.</summary>
    public const ulong Unknown = 0;

    readonly bool _switchesHaveFrames = version.AtLeast(1, 21);
    readonly bool _hasLinkRegister = functions.Quantum == 4;

    /// <summary>
    /// The instructions of the physical frames, innermost first, as run-time addresses: the sampled one, and for each caller the call (the byte before the
    /// return address). The first is left out when it is in no Go function.
    /// </summary>
    public void Resolve(in CpuPlace place, ReadOnlySpan<ulong> chain, List<ulong> into)
    {
        bool foreign = (place.Flags & CpuFlags.Foreign) != 0;
        bool onSystemStack = (place.Flags & CpuFlags.OnSystemStack) != 0;
        int crossed = Math.Min((int)place.Crossed, chain.Length);
        ReadOnlySpan<ulong> system = onSystemStack ? chain[..crossed] : chain;
        ReadOnlySpan<ulong> own = onSystemStack ? chain[crossed..] : [];

        // 1. The innermost frame, and its caller when the frame pointer does not lead to it.
        var last = default(Frame);
        if (!foreign)
        {
            last = FrameAt(place.Ip, isReturnAddress: false);
            if (last.IsKnown)
                into.Add(place.Ip);
            // Before a call of duffzero and after it the frame pointer is that of the call (cmd/compile: "maintain BP around call").
            if (place.FrameDelta == BeforeDuff && !system.IsEmpty)
                system = system[1..];
            else if (!TopOfStack(place, system, ref last, into))
                return;
        }

        // 2. The frames of the stack that the thread is on. Some functions end it, whatever lies above.
        foreach (ulong pc in system)
        {
            if (Ends(last))
                break;
            AddByFramePointer(pc, ref last, into);
        }
        if (!onSystemStack)
            return;

        // 3. The goroutine whose work the system stack does.
        Switch(place, last, foreign && system.IsEmpty, own, into);
    }

    readonly record struct Frame(GoFuncId Id, GoFuncFlags Flags, int SpDelta, bool IsKnown, bool IsGoGo);

    Frame FrameAt(ulong pc, bool isReturnAddress)
    {
        ulong at = unchecked(pc - bias);
        if (!functions.TryFind(isReturnAddress ? at - 1 : at, out GoFunction function))
            return default;
        GoFuncFlags flags = function.Flag;
        return new Frame(
            function.FuncId,
            flags,
            functions.SpDelta(function, isReturnAddress ? at - 1 : at),
            IsKnown: true,
            IsGoGo: function.FuncId == GoFuncId.GoGo || ((flags & GoFuncFlags.SPWrite) != 0 && function.Name == "gogo"));
    }

    void Add(ulong returnAddress, ref Frame last, List<ulong> into)
    {
        bool interrupted = IsInterruptedBy(last);
        last = FrameAt(returnAddress, !interrupted);
        into.Add(interrupted ? returnAddress : returnAddress - 1);
    }

    /// <summary>Adds a frame of the chain. One that has no room for a frame pointer, and yet calls, leaves its caller out of the chain: assembly before Go 1.21, and code that was interrupted.</summary>
    void AddByFramePointer(ulong returnAddress, ref Frame last, List<ulong> into)
    {
        Add(returnAddress, ref last, into);
        if (last is { IsKnown: true, SpDelta: 0 } && !_hasLinkRegister && !Ends(last))
            into.Add(Unknown);
    }

    // These two stand above code that was interrupted, not called.
    static bool IsInterruptedBy(in Frame frame) => frame.IsKnown && frame.Id is GoFuncId.AsyncPreempt or GoFuncId.SigPanic;

    /// <summary>Adds callers that are found by the stack pointer. False when the chain cannot follow.</summary>
    bool TopOfStack(in CpuPlace place, ReadOnlySpan<ulong> chain, ref Frame last, List<ulong> into)
    {
        // On arm64 the link register holds the return address as long as there is no frame.
        if (_hasLinkRegister)
        {
            if (last is { IsKnown: true, SpDelta: 0 } && place.Top0 != 0)
                Add(place.Top0, ref last, into);
            return true;
        }
        if (place.FrameDelta == InDuff && place.Top0 != 0 && !chain.IsEmpty && chain[0] == place.Top0)
            return true;
        if ((last.Flags & GoFuncFlags.SPWrite) != 0)
            return TopOfSwitch(place, ref last, into);

        // Bytes from SP to the return address of the frame that is looked at.
        long returnAt = last.SpDelta;
        for (int found = 0; last.IsKnown && returnAt >= 0; found++)
        {
            if (place.Scanned >= 0 ? returnAt == place.Scanned * 8L : place.FrameDelta == returnAt - 8 && returnAt >= 8)
                return true;
            ulong word = WordAt(place, returnAt);
            if (word == 0 || found == 2 || !IsReturnInto(word, found == 0 ? place.Ip : 0, place, last))
                break;
            Add(word, ref last, into);
            // A call from the system stack's first function: its frame pointer is that of the stack it came from.
            if (Ends(last) || Switches(last))
                return true;
            if (last.SpDelta < 0)
                break;
            returnAt += 8 + last.SpDelta;
        }
        // Signal handlers begin at the kernel's return to sigreturn, which nobody called.
        if ((place.Flags & CpuFlags.OnSignalStack) == 0 || !chain.IsEmpty)
            into.Add(Unknown);
        // What lies beyond one missing caller is right only when the frame pointer itself was: a frame found by search belongs to nobody known.
        return place.Scanned < 0;
    }

    /// <summary>As <see cref="TopOfStack"/> for a function that changes stacks: behind the change the size of its frame says nothing, and its frame pointer is right.</summary>
    bool TopOfSwitch(in CpuPlace place, ref Frame last, List<ulong> into)
    {
        // It has loaded the registers of the goroutine that it goes to.
        if (last.IsGoGo)
            return false;
        if (last.SpDelta >= 8 && place.FrameDelta == last.SpDelta - 8)
            return true;
        ulong word = WordAt(place, last.SpDelta);
        if (word != 0 && FrameAt(word, isReturnAddress: true) is { SpDelta: >= 8 } caller && place.FrameDelta == last.SpDelta + caller.SpDelta)
        {
            Add(word, ref last, into);
            return true;
        }
        // The frame pointer leads from the system stack to the goroutine's: the change has happened. Otherwise nobody knows whose it is.
        bool onSystemStack = (place.Flags & CpuFlags.OnSystemStack) != 0;
        if (!onSystemStack || (place.Crossed != 0 && !_switchesHaveFrames))
            into.Add(Unknown);
        return true;
    }

    /// <summary>
    /// Whether a word of the stack can be the return address of a call of the function that holds <paramref name="callee"/>: a call stands before it, and a direct one leads there.
    /// A stack that is being made or copied holds words of calls long over; one in some hundred thousand samples of a program under stress showed such a caller.
    /// </summary>
    bool IsReturnInto(ulong returnAddress, ulong callee, in CpuPlace place, in Frame last)
    {
        const int longestCall = 7;
        const int directCall = 0xE8;
        if (code is null || _hasLinkRegister)
            return true;
        // Some are returned to and were never called from there: what was interrupted, what the kernel returns to, and the first function of a goroutine.
        if (IsInterruptedBy(last) || (place.Flags & CpuFlags.OnSignalStack) != 0 || (FrameAt(returnAddress, isReturnAddress: true).Flags & GoFuncFlags.TopFrame) != 0)
            return true;
        Span<byte> before = stackalloc byte[longestCall];
        ulong after = unchecked(returnAddress - bias);
        if (!code.TryRead(after - longestCall, before))
            return true;
        if (EndsInIndirectCall(before))
            return true;
        if (before[^5] != directCall)
            return false;
        if (callee == 0)
            return true;
        ulong target = unchecked(after + (ulong)System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(before[^4..]));
        // Wrappers of the same name jump to the body.
        return functions.TryFind(target, out GoFunction called) && functions.TryFind(unchecked(callee - bias), out GoFunction running)
            && (called.Entry == running.Entry || called.Name == running.Name);
    }

    /// <summary>Whether the bytes end in a call through a register or through memory, which leads anywhere: FF /2 (Intel SDM, volume 2, CALL).</summary>
    internal static bool EndsInIndirectCall(ReadOnlySpan<byte> bytes)
    {
        const byte group = 0xFF;
        for (int length = 2; length <= bytes.Length; length++)
        {
            if (bytes[^length] != group || (bytes[^(length - 1)] & 0x38) != 0x10)
                continue;
            int mode = bytes[^(length - 1)] >> 6, register = bytes[^(length - 1)] & 7;
            bool hasIndex = mode != 3 && register == 4;
            int displacement = mode switch
            {
                0 => register == 5 || (hasIndex && length >= 3 && (bytes[^(length - 2)] & 7) == 5) ? 4 : 0,
                1 => 1,
                2 => 4,
                _ => 0,
            };
            if (length == 2 + (hasIndex ? 1 : 0) + displacement)
                return true;
        }
        return false;
    }

    /// <summary>The word of the stack, so many bytes above the stack pointer, when the kernel program kept it and it is an address of Go code; else 0.</summary>
    static ulong WordAt(in CpuPlace place, long offset) => offset switch
    {
        0 => place.Top0,
        8 when place.Scanned >= CpuPlace.NotScanned => place.Top1,
        _ when place.Scanned < CpuPlace.NotScanned && offset == (CpuPlace.NotScanned - place.Scanned) * 8L => place.Top1,
        _ => 0,
    };

    void Switch(in CpuPlace place, Frame last, bool inForeignCode, ReadOnlySpan<ulong> own, List<ulong> into)
    {
        if (last.Id == GoFuncId.MoreStack && last.IsKnown)
        {
            // The function whose stack was too small, at its entry: it has no frame yet, and its return address is on top of the goroutine's stack.
            if (place.SwitchPc == 0)
                return;
            into.RemoveAt(into.Count - 1);
            last = default;
            Add(place.SwitchPc, ref last, into);
            if (place.SwitchWord != 0)
                Add(place.SwitchWord, ref last, into);
            else
                into.Add(Unknown);
        }
        else if (inForeignCode || Switches(last))
        {
            // C code is called through asmcgocall, which saves the goroutine's registers as systemstack does.
            if (!_switchesHaveFrames && place.SwitchWord != 0)
                Add(place.SwitchWord, ref last, into);
        }
        else if ((last.Flags & GoFuncFlags.SPWrite) == 0 || last.Id is GoFuncId.MCall or GoFuncId.GoGo || (place.Flags & CpuFlags.FromSched) != 0)
        {
            // The scheduler's own work, or a chain that broke off: the saved registers belong to something else.
            return;
        }
        foreach (ulong pc in own)
            AddByFramePointer(pc, ref last, into);
    }

    static bool Switches(in Frame frame) => frame.IsKnown && frame.Id is GoFuncId.SystemStack or GoFuncId.AsmCgoCall;

    static bool Ends(in Frame frame) =>
        frame.IsKnown && ((frame.Flags & GoFuncFlags.TopFrame) != 0 || frame.Id is GoFuncId.MCall or GoFuncId.MoreStack or GoFuncId.SystemStack or GoFuncId.AsmCgoCall);
}
