namespace Vitrine.DotNet.Diagnostics;

/// <summary>The runtime answered a command with an error.</summary>
/// <param name="code">The runtime's HRESULT.</param>
sealed class IpcRefusalException(int code) : Exception(Describe(code))
{
    /// <summary>A command that this version of the runtime does not have.</summary>
    public const int UnknownCommand = unchecked((int)0x80131385);

    public int Code { get; } = code;

    // https://github.com/dotnet/runtime/blob/main/src/native/eventpipe/ds-protocol.h
    static string Describe(int code) => (uint)code switch
    {
        0x80131384 => "the command's encoding is not known to it",
        0x80131385 => "it does not know the command",
        0x80131386 => "it does not know the protocol",
        0x80131515 => "it does not support the command",
        0x80070057 => "it refuses an argument",
        _ => $"error 0x{(uint)code:x8}",
    };
}
