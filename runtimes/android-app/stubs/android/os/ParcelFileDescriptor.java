package android.os;

public class ParcelFileDescriptor {
}
