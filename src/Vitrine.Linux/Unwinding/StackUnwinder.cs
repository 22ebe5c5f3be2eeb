using System.Buffers.Binary;

namespace Vitrine.Linux.Unwinding;

/// <summary>
/// Walks a stack from its registers and its memory, in another process or in this one, with nothing stopped and no code run there.
/// <list type="number">
/// <item>Code of a binary: by its call frame information.</item>
/// <item>Code that a runtime made: by that runtime's own rules (<see cref="IGeneratedCode"/>) where given.</item>
/// <item>Otherwise generated code: by frame pointer, with prologues and epilogues decoded.</item>
/// </list>
/// What is walked is untrusted: every step is bounded, and a frame has to lie above its callee. Allocates nothing once the tables are read. Not thread-safe: one for each thread, which may share the
/// <see cref="ProcessCode"/>.
/// </summary>
public sealed class StackUnwinder
{
    /// <summary>
    /// Instructions of unwinding rules that one walk executes at most: some milliseconds. Frames take some ten, and rarely some hundred; a table that was made to keep its readers busy could ask for
    /// as many as fit in a file, for each frame of each sample.
    /// </summary>
    internal const int MaximumSteps = 1 << 17;

    readonly CfiMachine _machine = new();
    readonly X64FramePointers _framePointers;
    CfiRow _row;
    int _steps;

    /// <summary>An unwinder for the stacks of one process.</summary>
    /// <param name="code">Its executable mappings.</param>
    /// <param name="generated">Rules for the code that its runtime made.</param>
    public StackUnwinder(ProcessCode code, IGeneratedCode? generated = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        Code = code;
        Generated = generated;
        _framePointers = new X64FramePointers(code);
    }

    /// <summary>The executable mappings.</summary>
    public ProcessCode Code { get; }

    /// <summary>Rules for generated code; may be replaced when the runtime has made more.</summary>
    public IGeneratedCode? Generated { get; set; }

    /// <summary>Walks a stack.</summary>
    /// <param name="registers">The registers of the innermost frame: at least instruction pointer, stack pointer and frame pointer; the more, the further a walk through native code gets.</param>
    /// <param name="memory">The stack.</param>
    /// <param name="frames">
    /// The instructions, innermost first: the interrupted one, and for each caller an address inside of its call (the return address minus one), so that each leads to its own function and line.
    /// </param>
    /// <param name="end">Why the walk ended. Anything but <see cref="UnwindEndKind.Bottom"/> means that callers are missing.</param>
    /// <returns>Number of frames.</returns>
    public int Unwind(in RegisterSet registers, IStackMemory memory, Span<ulong> frames, out UnwindEnd end) => Unwind(registers, memory, frames, default, out end);

    /// <summary>As the other, and says of each frame how its caller was found.</summary>
    /// <param name="registers">The registers of the innermost frame.</param>
    /// <param name="memory">The stack.</param>
    /// <param name="frames">The instructions, innermost first.</param>
    /// <param name="rules">How the caller of each was found; empty when nobody asks.</param>
    /// <param name="end">Why the walk ended.</param>
    public int Unwind(in RegisterSet registers, IStackMemory memory, Span<ulong> frames, Span<FrameRule> rules, out UnwindEnd end)
    {
        ArgumentNullException.ThrowIfNull(memory);
        var current = registers;
        var interrupted = true;
        var count = 0;
        _steps = MaximumSteps;
        while (true)
        {
            var address = current[InstructionPointer] - (interrupted ? 0UL : 1);
            if (count == frames.Length)
            {
                end = new(UnwindEndKind.TooDeep, address);
                return count;
            }
            var before = current;
            var result = Step(address, ref interrupted, ref current, memory, out var rule);
            // An address that is no code is a frame only where it was interrupted: a jump to nowhere. Higher up it was never a return address.
            if (result == UnwindEndKind.NoCode && count > 0)
            {
                end = new(result.Value, address);
                return count;
            }
            if (!rules.IsEmpty)
                rules[count] = result is null ? rule : FrameRule.None;
            frames[count++] = address;
            if (result is null && rule != FrameRule.SignalFrame && current[StackPointer] <= before[StackPointer] && !(count == 1 && current[StackPointer] == before[StackPointer] && Architecture == UnwindArchitecture.Arm64))
                result = UnwindEndKind.NotAscending;
            if (result is { } kind)
            {
                end = new(kind, address);
                return count;
            }
            if (current[InstructionPointer] == 0)
            {
                end = new(UnwindEndKind.Bottom, address);
                return count;
            }
        }
    }

    UnwindArchitecture Architecture { get; } = UnwindArchitecture.OfThisMachine;

    int InstructionPointer => Architecture.InstructionPointer;

    int StackPointer => Architecture.StackPointer;

    /// <summary>Replaces the registers by the caller's; null when that worked.</summary>
    UnwindEndKind? Step(ulong address, ref bool interrupted, ref RegisterSet registers, IStackMemory memory, out FrameRule rule)
    {
        rule = FrameRule.None;
        var area = Code.Find(address);
        if (area is null)
            return UnwindEndKind.NoCode;
        if (area.Kind == CodeKind.Native)
        {
            if (area.Table is not { } table || table.Architecture != Architecture || !_machine.TryFindRow(table, unchecked(address - area.Bias), ref _row, ref _steps))
                return _steps < 0 ? UnwindEndKind.BadRules : Interrupted(address, ref interrupted, ref registers, memory, out rule);
            rule = _row.IsSignalFrame ? FrameRule.SignalFrame : FrameRule.CallFrameInformation;
            interrupted = _row.IsSignalFrame;
            return ByTable(table, ref registers, memory);
        }
        if (area.Kind == CodeKind.Unreadable)
            return UnwindEndKind.NoRules;
        var step = Generated?.Step(address, interrupted, ref registers, memory) ?? GeneratedStep.NotMine;
        rule = FrameRule.Runtime;
        if (step == GeneratedStep.NotMine && Architecture == UnwindArchitecture.X64)
            step = _framePointers.Step(address, interrupted, ref registers, memory, ref _steps, out rule);
        interrupted = false;
        return step switch
        {
            GeneratedStep.Done => null,
            GeneratedStep.Bottom => UnwindEndKind.Bottom,
            GeneratedStep.StackNotReadable => UnwindEndKind.StackNotReadable,
            _ => UnwindEndKind.NoFrame,
        };
    }

    /// <summary>Native code without rules: hand-written, or an entry of a linkage table. Only where it was interrupted can anything be said, by its frame pointer or its return.</summary>
    UnwindEndKind? Interrupted(ulong address, ref bool interrupted, ref RegisterSet registers, IStackMemory memory, out FrameRule rule)
    {
        rule = FrameRule.None;
        if (Architecture != UnwindArchitecture.X64)
            return UnwindEndKind.NoRules;
        var step = _framePointers.Step(address, interrupted, ref registers, memory, ref _steps, out rule);
        interrupted = false;
        return step switch
        {
            GeneratedStep.Done => null,
            GeneratedStep.Bottom => UnwindEndKind.Bottom,
            GeneratedStep.StackNotReadable => UnwindEndKind.StackNotReadable,
            _ => UnwindEndKind.NoRules,
        };
    }

    UnwindEndKind? ByTable(FrameTable table, ref RegisterSet registers, IStackMemory memory)
    {
        // 1. The canonical frame address.
        ulong cfa;
        if (_row.Cfa.Kind == CfiRuleKind.IsExpression)
        {
            if (!CfiExpression.TryEvaluate(table.Bytes, (int)_row.Cfa.Value, _row.Cfa.Length, registers, memory, null, ref _steps, out cfa))
                return UnwindEndKind.BadRules;
        }
        else if (_row.CfaRegister >= 0 && registers.IsKnown(_row.CfaRegister))
        {
            cfa = unchecked(registers[_row.CfaRegister] + (ulong)_row.Cfa.Value);
        }
        else
        {
            return UnwindEndKind.BadRules;
        }

        // 2. The return address: without one nobody called.
        var back = _row.Registers[_row.ReturnColumn];
        if (back.Kind == CfiRuleKind.Undefined)
            return UnwindEndKind.Bottom;

        // 3. Each register that has a rule, from the frame's registers as they are.
        var caller = registers;
        caller.KeepOnly(_row.IsSignalFrame ? 0 : Architecture.CalleeSaved);
        caller[StackPointer] = cfa;
        for (var register = 0; register < Architecture.Count; register++)
        {
            var rule = _row.Registers[register];
            switch (rule.Kind)
            {
                case CfiRuleKind.Unspecified:
                    continue;
                case CfiRuleKind.Undefined:
                    caller.Forget(register);
                    continue;
                case CfiRuleKind.SameValue:
                    if (registers.IsKnown(register))
                        caller[register] = registers[register];
                    continue;
            }
            if (TryApply(table, rule, cfa, registers, memory, out var value))
                caller[register] = value;
            else if (register == _row.ReturnColumn)
                return rule.Kind is CfiRuleKind.AtOffset or CfiRuleKind.AtExpression ? UnwindEndKind.StackNotReadable : UnwindEndKind.BadRules;
            else
                caller.Forget(register);
            // A register that is only forgotten for want of steps would lead further walks astray: this one ends.
            if (_steps < 0)
                return UnwindEndKind.BadRules;
        }

        // 4. Where the caller goes on.
        if (!caller.IsKnown(_row.ReturnColumn))
            return UnwindEndKind.BadRules;
        var instruction = caller[_row.ReturnColumn];
        registers = caller;
        // Signed return addresses of arm64 carry their signature above the bits of an address.
        registers[InstructionPointer] = Architecture == UnwindArchitecture.Arm64 ? instruction & 0x0000_FFFF_FFFF_FFFF : instruction;
        return null;
    }

    bool TryApply(FrameTable table, CfiRule rule, ulong cfa, in RegisterSet registers, IStackMemory memory, out ulong value)
    {
        value = 0;
        var address = unchecked(cfa + (ulong)rule.Value);
        switch (rule.Kind)
        {
            case CfiRuleKind.IsOffset:
                value = address;
                return true;
            case CfiRuleKind.InRegister:
                if (rule.Value >= RegisterSet.Capacity || !registers.IsKnown((int)rule.Value))
                    return false;
                value = registers[(int)rule.Value];
                return true;
            case CfiRuleKind.AtExpression or CfiRuleKind.IsExpression:
                if (!CfiExpression.TryEvaluate(table.Bytes, (int)rule.Value, rule.Length, registers, memory, cfa, ref _steps, out address))
                    return false;
                value = address;
                if (rule.Kind == CfiRuleKind.IsExpression)
                    return true;
                break;
        }
        Span<byte> word = stackalloc byte[8];
        if (!memory.TryRead(address, word))
            return false;
        value = BinaryPrimitives.ReadUInt64LittleEndian(word);
        return true;
    }
}
