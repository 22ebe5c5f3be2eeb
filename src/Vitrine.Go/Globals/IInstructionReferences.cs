namespace Vitrine.Go.Globals;

/// <summary>
/// Finds the fixed data addresses that machine code names. One implementation per architecture: the only place of this folder that
/// knows an instruction set.
/// </summary>
interface IInstructionReferences
{
    /// <summary>Why this architecture cannot be decoded; null when it can.</summary>
    string? Unsupported { get; }

    /// <summary>
    /// Appends the references of <paramref name="code"/> in address order. Addresses outside the image or inside its code are left out.
    /// Stops silently at <see cref="AnchorLimits.MaxReferences"/>: the caller sees a list that fits no anchor.
    /// </summary>
    void Collect(ReadOnlyMemory<byte> code, ulong address, IAnchorImage image, List<DataReference> into);
}
