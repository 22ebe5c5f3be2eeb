namespace Vitrine.Go.Binary;

/// <summary>A field of a struct.</summary>
/// <param name="Name">Name of the field; for a nested path the whole path (<c>sched.sp</c>).</param>
/// <param name="Offset">Bytes from the start of the outermost struct.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="TypeName">Name of the type as Go prints it, e.g. <c>*runtime.m</c>.</param>
/// <param name="Kind">Kind of the type; <see cref="GoKind.Invalid"/> when the source does not say.</param>
/// <param name="TypeAddress">Link-time address of the type's descriptor; 0 when the layout does not come from descriptors.</param>
/// <param name="ArrayLength">Number of elements of an array; 0 for other kinds.</param>
/// <param name="Embedded">True for an embedded field: its fields can be named without it.</param>
public readonly record struct StructField(
    string Name, int Offset, int Size, string TypeName, GoKind Kind, ulong TypeAddress, int ArrayLength, bool Embedded);
