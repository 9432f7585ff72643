plugins {
    id("com.android.library") version "8.5.2"
}

val project_root = rootDir.resolve("../..").canonicalFile
val vcpkg = (findProperty("vcpkgRoot") ?: error("-PvcpkgRoot=… names the folder of vcpkg")) as String

android {
    namespace = "insieme.client"
    compileSdk = 34
    ndkVersion = "26.3.11579264"
    defaultConfig {
        minSdk = 24 // X509ExtendedTrustManager, and lambdas without sugar
        externalNativeBuild {
            cmake {
                targets("insieme_c", "insieme_jni")
                arguments(
                    "-DANDROID_STL=c++_shared",
                    "-DINSIEME_TESTS=OFF",
                    "-DCMAKE_TOOLCHAIN_FILE=$vcpkg/scripts/buildsystems/vcpkg.cmake",
                    "-DVCPKG_CHAINLOAD_TOOLCHAIN_FILE=$ndkDirectory/build/cmake/android.toolchain.cmake",
                    "-DVCPKG_TARGET_TRIPLET=arm64-android",
                )
            }
        }
        ndk { abiFilters += "arm64-v8a" }
    }
    externalNativeBuild {
        cmake {
            path = project_root.resolve("CMakeLists.txt")
            version = "3.25.1"
        }
    }
    sourceSets["main"].java.srcDir(project_root.resolve("mobile-bindings/jni/java"))
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}
