namespace Vitrine.Go.Probes.Btf;

/// <summary>A member of a struct to be written.</summary>
/// <param name="Name">Its C name.</param>
/// <param name="Type">Id of its type.</param>
/// <param name="Offset">Bytes from the start of the struct.</param>
readonly record struct BtfMember(string Name, int Type, long Offset);
