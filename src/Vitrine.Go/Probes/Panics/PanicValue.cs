using System.Buffers.Binary;
using System.Globalization;
using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Panics;

/// <summary>
/// Puts the value of a panic into the words that Go would print, without running its code: strings and numbers, and those error types whose <c>Error</c> method is known to do
/// no more than show their fields. Sources: https://github.com/golang/go/blob/go1.26.0/src/runtime/error.go, src/errors/errors.go, src/fmt/errors.go.
/// </summary>
sealed class PanicValue(GoTarget target)
{
    static readonly Provenance FromProbe = Provenance.Read("registers and memory at the probe");

    /// <summary>Structs whose <c>Error</c> returns their first field, a string. All are used by pointer.</summary>
    static readonly HashSet<string> MessageFirst = new(StringComparer.Ordinal)
    {
        "errors.errorString", "fmt.wrapError", "fmt.wrapErrors", "internal/errors.errorString", "github.com/pkg/errors.fundamental",
    };

    /// <summary>Type and message of the value.</summary>
    public (Known<string> Type, Known<string> Message, PanicKind Kind) Describe(in PanicEvent panic)
    {
        if (panic.Type == 0)
            return (Known<string>.Of("nil", FromProbe), Known<string>.Of("panic called with nil argument", FromProbe), PanicKind.Panic);
        if (!target.Binary.Types.TryDescribe(unchecked(panic.Type - target.Bias), out var type))
        {
            return (Known<string>.Unknown("the type is not in the executable: it was made at run time, or belongs to a plugin"),
                Known<string>.Unknown("the type of the value is not known"), PanicKind.Panic);
        }
        return (Known<string>.Of(type.Name, FromProbe), Message(panic, type), IsRuntimeError(type) ? PanicKind.RuntimeError : PanicKind.Panic);
    }

    /// <summary>The text of a fatal error.</summary>
    public Known<string> Text(in PanicEvent panic) => new PanicBytes(target, panic).Text;

    Known<string> Message(in PanicEvent panic, in GoType type)
    {
        var pointed = type.Kind == GoKind.Pointer && target.Binary.Types.TryDescribe(type.ElementAddress, out var element) ? element.QualifiedName : "";
        var bytes = new PanicBytes(target, panic, textAt: pointed == "runtime.TypeAssertionError" ? 24 : 0);
        return (type.QualifiedName, pointed) switch
        {
            ("string", _) or ("runtime.plainError", _) => bytes.Text,
            ("runtime.errorString", _) or ("runtime.errorAddressString", _) => bytes.Text.Select(static text => $"runtime error: {text}"),
            ("runtime.boundsError", _) => BoundsError(bytes.Value),
            (_, "runtime.TypeAssertionError") => TypeAssertionError(bytes),
            (_, "runtime.PanicNilError") => Known<string>.Of("panic called with nil argument", FromProbe),
            _ when MessageFirst.Contains(pointed) => bytes.Text,
            _ => Scalar(bytes, type),
        };
    }

    static bool IsRuntimeError(in GoType type) => type.QualifiedName is "runtime.errorString" or "runtime.errorAddressString" or "runtime.boundsError" or "runtime.plainError"
        || type.Name is "*runtime.TypeAssertionError" or "*runtime.PanicNilError";

    /// <summary>A value without fields, as Go prints it when its type has no method of its own: 42, main.code(42), main.name("x").</summary>
    static Known<string> Scalar(PanicBytes bytes, in GoType type)
    {
        // What was read without knowing the type may be longer than the value.
        var value = type.Size <= bytes.Value.Length ? bytes.Value[..(int)type.Size] : default;
        var text = type.Kind switch
        {
            GoKind.Bool when value.Length == 1 => value[0] != 0 ? "true" : "false",
            GoKind.Int8 when value.Length == 1 => Number((sbyte)value[0]),
            GoKind.Int16 when value.Length == 2 => Number(BinaryPrimitives.ReadInt16LittleEndian(value)),
            GoKind.Int32 when value.Length == 4 => Number(BinaryPrimitives.ReadInt32LittleEndian(value)),
            GoKind.Int or GoKind.Int64 when value.Length == 8 => Number(BinaryPrimitives.ReadInt64LittleEndian(value)),
            GoKind.UInt8 when value.Length == 1 => Number(value[0]),
            GoKind.UInt16 when value.Length == 2 => Number(BinaryPrimitives.ReadUInt16LittleEndian(value)),
            GoKind.UInt32 when value.Length == 4 => Number(BinaryPrimitives.ReadUInt32LittleEndian(value)),
            GoKind.UInt or GoKind.UInt64 or GoKind.UIntPtr when value.Length == 8 => BinaryPrimitives.ReadUInt64LittleEndian(value).ToString(CultureInfo.InvariantCulture),
            GoKind.Float32 when value.Length == 4 => BinaryPrimitives.ReadSingleLittleEndian(value).ToString("R", CultureInfo.InvariantCulture),
            GoKind.Float64 when value.Length == 8 => BinaryPrimitives.ReadDoubleLittleEndian(value).ToString("R", CultureInfo.InvariantCulture),
            GoKind.String when bytes.Text.TryGet(out var content) => $"\"{content}\"",
            _ => null,
        };
        if (text is null)
        {
            return Known<string>.Unknown(type.Kind is GoKind.Pointer or GoKind.Struct or GoKind.Slice or GoKind.Map or GoKind.Array or GoKind.Func or GoKind.Chan or GoKind.Interface or GoKind.Complex64 or GoKind.Complex128
                ? $"only a method of {type.Name} could tell, and Vitrine runs no code of the program"
                : "the value was not in memory");
        }
        // Predeclared types have no package: their values stand alone, as in Go.
        return Known<string>.Of(type.PackagePath.Length == 0 ? text : $"{type.Name}({text})", FromProbe);
    }

    static Known<string> BoundsError(ReadOnlySpan<byte> value)
    {
        // struct { x int64; y int; signed bool; code uint8 }
        if (value.Length < 18)
            return Known<string>.Unknown("the value was not in memory");
        var (x, y) = (BinaryPrimitives.ReadInt64LittleEndian(value), BinaryPrimitives.ReadInt64LittleEndian(value[8..]));
        var signed = value[16] != 0;
        var shown = signed ? Number(x) : unchecked((ulong)x).ToString(CultureInfo.InvariantCulture);
        var format = (signed && x < 0, value[17]) switch
        {
            (false, 0) => "index out of range [%x] with length %y",
            (false, 1) => "slice bounds out of range [:%x] with length %y",
            (false, 2) => "slice bounds out of range [:%x] with capacity %y",
            (false, 3) => "slice bounds out of range [%x:%y]",
            (false, 4) => "slice bounds out of range [::%x] with length %y",
            (false, 5) => "slice bounds out of range [::%x] with capacity %y",
            (false, 6) => "slice bounds out of range [:%x:%y]",
            (false, 7) => "slice bounds out of range [%x:%y:]",
            (_, 8) => "cannot convert slice with length %y to array or pointer to array with length %x",
            (true, 0) => "index out of range [%x]",
            (true, 1 or 2) => "slice bounds out of range [:%x]",
            (true, 3) => "slice bounds out of range [%x:]",
            (true, 4 or 5) => "slice bounds out of range [::%x]",
            (true, 6) => "slice bounds out of range [:%x:]",
            (true, 7) => "slice bounds out of range [%x::]",
            _ => null,
        };
        return format is null
            ? Known<string>.Unknown($"runtime.boundsError has a code ({value[17]}) that Vitrine does not know")
            : Known<string>.Of("runtime error: " + format.Replace("%x", shown, StringComparison.Ordinal).Replace("%y", Number(y), StringComparison.Ordinal), FromProbe);
    }

    Known<string> TypeAssertionError(PanicBytes bytes)
    {
        var value = bytes.Value;
        // struct { _interface, concrete, asserted *_type; missingMethod string }
        if (value.Length < 40)
            return Known<string>.Unknown("the value was not in memory");
        var from = BinaryPrimitives.ReadUInt64LittleEndian(value);
        var concrete = BinaryPrimitives.ReadUInt64LittleEndian(value[8..]);
        var missing = BinaryPrimitives.ReadUInt64LittleEndian(value[32..]) > 0;
        var (interfaceName, concreteName, asserted) = (from == 0 ? "interface" : NameOf(from), NameOf(concrete), NameOf(BinaryPrimitives.ReadUInt64LittleEndian(value[16..])));
        string text;
        if (concrete == 0)
            text = $"{interfaceName} is nil, not {asserted}";
        else if (missing)
            text = $"{concreteName} is not {asserted}: missing method {(bytes.Text.TryGet(out var method) ? method : "?")}";
        else
            text = $"{interfaceName} is {concreteName}, not {asserted}";
        return Known<string>.Of("interface conversion: " + text, FromProbe);
    }

    string NameOf(ulong type) => target.Binary.Types.TryDescribe(unchecked(type - target.Bias), out var described) ? described.Name : "?";

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
