namespace Vitrine.Go.Globals;

/// <summary>An architecture without a decoder: globals are known from the symbol table only, and the reason says so.</summary>
sealed class UnsupportedInstructionReferences(string architecture) : IInstructionReferences
{
    /// <inheritdoc/>
    public string? Unsupported { get; } =
        $"the binary has no symbol for it and {architecture} code is not decoded (only amd64 and arm64 are); run a build of the program that is not stripped";

    /// <inheritdoc/>
    public void Collect(ReadOnlyMemory<byte> code, ulong address, IAnchorImage image, List<DataReference> into)
    {
    }
}
