using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Unwinding;

namespace Vitrine.Linux.Tests.Unwinding;

/// <summary>Generated code without any rules, interrupted at each of its instructions: the caller is the same every time, none is left out and none made up.</summary>
public class GeneratedCodeTests
{
    const ulong Code = 0x10000, Caller = 0x20000, Outer = 0x30000, Stack = 0x7000_0000;
    const int StackBytes = 0x1000, Rbp = 6, Rsp = 7, Rip = 16;

    /// <summary>Instructions, each with what it does to stack pointer and frame pointer.</summary>
    sealed record Instruction(string Bytes, Action<Machine> Execute);

    /// <summary>As much of a processor as prologues and epilogues need.</summary>
    sealed class Machine
    {
        public ulong Rsp { get; set; }
        public ulong Rbp { get; set; }
        public byte[] Memory { get; } = new byte[StackBytes];

        public void Push(ulong value)
        {
            Rsp -= 8;
            BitConverter.TryWriteBytes(Memory.AsSpan((int)(Rsp - Stack)), value);
        }

        public ulong Pop()
        {
            var value = BitConverter.ToUInt64(Memory, (int)(Rsp - Stack));
            Rsp += 8;
            return value;
        }
    }

    static readonly Instruction s_nop = new("90", static _ => { });

    static readonly Dictionary<string, Instruction[]> s_methods = new()
    {
        ["mov rbp,rsp"] =
        [
            new("55", static m => m.Push(m.Rbp)), new("48 8B EC", static m => m.Rbp = m.Rsp), s_nop, s_nop, new("5D", static m => m.Rbp = m.Pop()), new("C3", static _ => { }),
        ],
        ["lea rbp,[rsp+n]"] =
        [
            new("55", static m => m.Push(m.Rbp)), new("41 57", static m => m.Push(7)), new("41 56", static m => m.Push(Caller + 8)), new("53", static m => m.Push(9)),
            new("48 83 EC 28", static m => m.Rsp -= 0x28), new("C5 F8 77", static _ => { }), new("48 8D 6C 24 40", static m => m.Rbp = m.Rsp + 0x40), s_nop, s_nop,
            new("48 83 C4 28", static m => m.Rsp += 0x28), new("5B", static m => m.Pop()), new("41 5E", static m => m.Pop()), new("41 5F", static m => m.Pop()), new("5D", static m => m.Rbp = m.Pop()),
            new("C3", static _ => { }),
        ],
        ["a large frame"] =
        [
            new("55", static m => m.Push(m.Rbp)), new("53", static m => m.Push(1)), new("48 81 EC 00 02 00 00", static m => m.Rsp -= 0x200), new("48 8D AC 24 08 02 00 00", static m => m.Rbp = m.Rsp + 0x208),
            s_nop, new("48 8D 65 F8", static m => m.Rsp = m.Rbp - 8), new("5B", static m => m.Pop()), new("5D", static m => m.Rbp = m.Pop()), new("C3", static _ => { }),
        ],
    };

    public static TheoryData<string> Methods => [.. s_methods.Keys];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Unwind_AtEachInstruction_FindsTheSameCallers(string name)
    {
        var method = s_methods[name];
        var code = method.SelectMany(static one => Convert.FromHexString(one.Bytes.Replace(" ", "", StringComparison.Ordinal))).Concat(new byte[64]).ToArray();
        var machine = new Machine { Rsp = Stack + 0xF00, Rbp = 0 };

        // The bottom, a frame of Outer, a frame of Caller, and the call of the method.
        machine.Push(0);
        machine.Push(0);
        machine.Rbp = machine.Rsp;
        machine.Push(Outer + 5);
        machine.Push(machine.Rbp);
        machine.Rbp = machine.Rsp;
        machine.Rsp -= 0x30;
        machine.Push(Caller + 5);
        byte[] call = [0xE8, 0, 0, 0, 0, .. Enumerable.Repeat((byte)0x90, 64)];
        byte[] page = [.. new byte[16], .. call];
        var memory = new BytesMemory().Add(Code, code).Add(Caller - 16, page).Add(Outer - 16, page);
        var areas = new[] { Code, Caller - 16, Outer - 16 }.Select(static start => new CodeArea(
            new MemoryMap(start, start + 0x1000, MapPermissions.Read | MapPermissions.Execute, 0, "00:00", 0, ""), CodeKind.Generated, null, 0));
        var unwinder = new StackUnwinder(ProcessCode.Of(memory, areas));
        var frames = new ulong[16];
        var at = Code;
        foreach (var instruction in method)
        {
            var count = unwinder.Unwind(RegisterSet.X64(at, machine.Rsp, machine.Rbp), new StackCopy().Set(Stack, machine.Memory, StackBytes), frames, out var end);
            Assert.True(end.IsBottom, $"{name}, {instruction.Bytes}: {end.Reason}");
            Assert.Equal([at, Caller + 4, Outer + 4], frames[..count]);
            instruction.Execute(machine);
            at += (ulong)instruction.Bytes.Split(' ').Length;
        }
    }

    // mov [rdi],rsi; shr rdi,11; cmp byte [rdi],0xff; jne +2; ret; nop; mov byte [rdi],0xff; ret
    static readonly string[] s_barrier = ["48 89 37", "48 C1 EF 0B", "80 3F FF", "75 02", "C3", "90", "C6 07 FF", "C3"];

    const ulong Leaf = 0x40000, Stub = 0x50000, Cell = 0x60000;

    /// <summary>Code without a frame, called in ways that tell where they lead: its caller is found at each instruction, though rbp is its caller's.</summary>
    [Theory]
    [InlineData("direct", CodeKind.Generated)]
    [InlineData("cell", CodeKind.Generated)]
    [InlineData("jump stub", CodeKind.Generated)]
    [InlineData("linkage table", CodeKind.Native)]
    [InlineData("direct", CodeKind.Native)]
    public void Unwind_InALeafWithoutFrame_FindsItsCaller(string way, CodeKind kind)
    {
        var leaf = s_barrier.Select(static one => Convert.FromHexString(one.Replace(" ", "", StringComparison.Ordinal))).ToArray();
        var at = Leaf;
        foreach (var instruction in leaf)
        {
            Assert.Equal([at, Caller + 0x100 - 1, Outer + 4], WalkLeaf(way, kind, at, [], UnwindEndKind.Bottom));
            at += (ulong)instruction.Length;
        }
        if (way is "jump stub" or "linkage table")
            Assert.Equal([Stub, Caller + 0x100 - 1, Outer + 4], WalkLeaf(way, kind, Stub, [], UnwindEndKind.Bottom));
    }

    /// <summary>Where the code might have a frame or none, nobody is left out: the walk says that it does not know.</summary>
    [Theory]
    [InlineData("register", false)]
    [InlineData("direct", true)]
    [InlineData("register", true)]
    public void Unwind_WhereTheFrameMayBeTheCallers_SaysSo(string way, bool pushes)
    {
        Assert.Equal([Leaf], WalkLeaf(way, CodeKind.Generated, Leaf, pushes ? [0x1234] : [], UnwindEndKind.NoFrame));
        Assert.Equal([Leaf], WalkLeaf(way, CodeKind.Native, Leaf, pushes ? [0x1234] : [], UnwindEndKind.NoRules));
    }

    static ulong[] WalkLeaf(string way, CodeKind kind, ulong at, ulong[] pushed, UnwindEndKind expected)
    {
        // Outer calls Caller, which calls the leaf.
        var machine = new Machine { Rsp = Stack + 0xF00, Rbp = 0 };
        machine.Push(0);
        machine.Push(0);
        machine.Rbp = machine.Rsp;
        machine.Push(Outer + 5);
        machine.Push(machine.Rbp);
        machine.Rbp = machine.Rsp;
        machine.Rsp -= 0x30;
        machine.Push(Caller + 0x100);
        foreach (var word in pushed)
            machine.Push(word);

        byte[] caller = new byte[0x200], outer = [.. new byte[16], 0xE8, .. new byte[64]], cell = new byte[16];
        byte[] stub = way == "linkage table" ? [0xF3, 0x0F, 0x1E, 0xFA, 0xFF, 0x25, .. BitConverter.GetBytes((int)(Cell + 8 - Stub - 10))] : [0x48, 0xB8, .. BitConverter.GetBytes(Leaf), 0xFF, 0xE0];
        BitConverter.TryWriteBytes(cell.AsSpan(8), Leaf);
        byte[] call = way switch
        {
            "direct" => [0xE8, .. BitConverter.GetBytes((int)(Leaf - Caller - 0x100))],
            "cell" => [0xFF, 0x15, .. BitConverter.GetBytes((int)(Cell + 8 - Caller - 0x100))],
            "register" => [0xFF, 0xD0],
            _ => [0xE8, .. BitConverter.GetBytes((int)(Stub - Caller - 0x100))],
        };
        call.CopyTo(caller, 0x100 - call.Length);
        byte[] leaf = [.. s_barrier.SelectMany(static one => Convert.FromHexString(one.Replace(" ", "", StringComparison.Ordinal))), .. new byte[64]];
        var memory = new BytesMemory().Add(Leaf, leaf).Add(Caller, caller).Add(Outer - 16, outer).Add(Stub, [.. stub, .. new byte[64]]).Add(Cell, cell);
        var areas = new (ulong Start, CodeKind Kind)[] { (Leaf, kind), (Stub, kind), (Caller, CodeKind.Generated), (Outer - 16, CodeKind.Generated) }.Select(static area => new CodeArea(
            new MemoryMap(area.Start, area.Start + 0x1000, MapPermissions.Read | MapPermissions.Execute, 0, "00:00", 0, ""), area.Kind, null, 0));
        var frames = new ulong[16];
        var count = new StackUnwinder(ProcessCode.Of(memory, areas)).Unwind(RegisterSet.X64(at, machine.Rsp, machine.Rbp), new StackCopy().Set(Stack, machine.Memory, StackBytes), frames, out var end);
        Assert.Equal(expected, end.Kind);
        return frames[..count];
    }
}
