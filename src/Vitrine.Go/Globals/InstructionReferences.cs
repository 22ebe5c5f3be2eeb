namespace Vitrine.Go.Globals;

/// <summary>Chooses the decoder of an architecture.</summary>
static class InstructionReferences
{
    /// <summary>The decoder for a GOARCH.</summary>
    public static IInstructionReferences For(string architecture) => architecture switch
    {
        "amd64" => new X64InstructionReferences(),
        "arm64" => new Arm64InstructionReferences(),
        _ => new UnsupportedInstructionReferences(architecture),
    };
}
