namespace Vitrine.Go.Probes.Points;

/// <summary>Reads machine code; one per processor, the only place here that knows an instruction set.</summary>
interface ICodeDecoder
{
    /// <summary>Decodes all of <paramref name="code"/>; false when some byte is no instruction.</summary>
    bool TryDecode(byte[] code, ulong address, List<CodeInstruction> into);

    /// <summary>True when the instruction may change an integer argument, the goroutine's register or the stack pointer.</summary>
    bool Clobbers(ReadOnlySpan<byte> instruction, ulong address);

    /// <summary>The instruction as text.</summary>
    string Text(ReadOnlySpan<byte> instruction, ulong address);
}
