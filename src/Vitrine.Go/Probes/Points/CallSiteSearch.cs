using System.Buffers.Binary;
using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Probes.Points;

/// <summary>
/// All direct calls of a function, in the whole program. The machine code is searched for the bytes of such a call, and each place is then confirmed by
/// decoding the function that it lies in. amd64 only: arm64 has no need of it, its kernel emulates returns.
/// </summary>
static class CallSiteSearch
{
    const byte Call = 0xe8, Jump = 0xe9;
    const int InstructionBytes = 5;
    const int ChunkBytes = 1 << 20;

    /// <summary>The call sites; false with a reason when not every direct call can be followed by an emulated point of its own.</summary>
    public static bool TryFind(GoBinary binary, IReadOnlyList<GoFunction> bodies, out List<CallSite> sites, out string reason)
    {
        sites = [];
        if (binary.Machine != GoArchitecture.Amd64)
        {
            reason = "only for amd64";
            return false;
        }
        if (bodies.Any(body => body.Flag.HasFlag(GoFuncFlags.Asm)))
        {
            reason = "written in assembly";
            return false;
        }
        var callees = bodies.Select(body => body.Entry).ToHashSet();
        var callers = new Dictionary<ulong, GoFunction>();
        foreach (var (address, opcode) in Places(binary, callees))
        {
            if (!binary.Functions.TryFind(address, out var caller))
                continue;
            if (opcode == Call)
                callers[caller.Entry] = caller;
            else if (bodies.All(body => body.Entry != caller.Entry))
            {
                reason = $"{caller.Name} may jump to it";
                return false;
            }
            if (callers.Count > ProbePointLimits.MaxCallers)
            {
                reason = $"more than {ProbePointLimits.MaxCallers} functions call it";
                return false;
            }
        }
        foreach (var caller in callers.Values.OrderBy(caller => caller.Entry))
        {
            if (caller.Flag.HasFlag(GoFuncFlags.Asm) || !FunctionCode.TryDecode(binary, caller, out var code, out _))
            {
                reason = $"{caller.Name} calls it, whose code cannot be followed";
                return false;
            }
            foreach (var (call, after) in AfterCallSearch.Sites(code, callees))
            {
                // The goroutine's register and SP have to be what they were before the call.
                if (after is not { Mechanism: ProbeMechanism.Emulated, IsShared: false } point || point.SpDelta != binary.Functions.SpDelta(caller, call.Address))
                {
                    reason = $"nothing that only its call crosses is emulated in {caller.Name}";
                    return false;
                }
                sites.Add(new CallSite(call.Address + call.Length, point));
            }
        }
        reason = sites.Count == 0 ? "nothing calls it directly" : "";
        return sites.Count is > 0 and <= ProbePointLimits.MaxCallSites;
    }

    /// <summary>Addresses where the bytes say call or jump to one of the targets; some of them may lie inside another instruction.</summary>
    static List<(ulong Address, byte Opcode)> Places(GoBinary binary, HashSet<ulong> targets)
    {
        var found = new List<(ulong, byte)>();
        foreach (var segment in binary.Elf.Segments.Where(s => s.Type == ElfSegment.Load && (s.Flags & 1) != 0))
        {
            var buffer = new byte[(int)Math.Min(segment.FileSize, ChunkBytes + InstructionBytes)];
            for (ulong at = 0; at < segment.FileSize; at += ChunkBytes)
            {
                var read = binary.Memory.Read(segment.Address + at, buffer.AsSpan(0, (int)Math.Min((ulong)buffer.Length, segment.FileSize - at)));
                Search(buffer.AsSpan(0, read), segment.Address + at, targets, found);
                if (read < InstructionBytes || found.Count > ProbePointLimits.MaxCallSites * 4)
                    break;
            }
        }
        return found;
    }

    static void Search(ReadOnlySpan<byte> bytes, ulong address, HashSet<ulong> targets, List<(ulong, byte)> found)
    {
        var at = 0;
        while (at + InstructionBytes <= bytes.Length)
        {
            var next = bytes[at..].IndexOfAny(Call, Jump);
            if (next < 0 || (at += next) + InstructionBytes > bytes.Length || at >= ChunkBytes)
                return;
            var place = address + (ulong)at;
            var target = unchecked(place + InstructionBytes + (ulong)(long)BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 1)..]));
            if (targets.Contains(target))
                found.Add((place, bytes[at]));
            at++;
        }
    }
}
